; https://actix.rs/docs/url-dispatch/

; #[get("/users/{id}")] async fn show(…), since 1.0
((attribute_item
   (attribute [(identifier) (scoped_identifier)] @callee @_verb
     arguments: (token_tree . [(string_literal) (raw_string_literal)] @path)))
 . (function_item) @route @handler
 (#any-of? @_verb "get" "post" "put" "delete" "patch" "head" "options"
   "actix_web::get" "actix_web::post" "actix_web::put" "actix_web::delete" "actix_web::patch")
 (#binds? @callee "actix_web.get" "actix_web.post" "actix_web.put" "actix_web.delete" "actix_web.patch"
   "actix_web.head" "actix_web.options")
 (#set! method @_verb)
 (#set! syntax "braces"))

; .route("/users", web::get().to(show))
((call_expression
   function: (field_expression field: (field_identifier) @_route)
   arguments: (arguments . (_) @path
     . (call_expression
         function: (field_expression
           value: (call_expression function: (scoped_identifier name: (identifier) @_verb) @callee)
           field: (field_identifier) @_to)
         arguments: (arguments . (_) @handler)))) @route
 (#eq? @_route "route")
 (#eq? @_to "to")
 (#binds? @callee "actix_web.web.get" "actix_web.web.post" "actix_web.web.put" "actix_web.web.delete"
   "actix_web.web.patch" "actix_web.web.head")
 (#set! method @_verb)
 (#set! syntax "braces"))
