; https://rocket.rs/guide/v0.5/requests/

; #[get("/users/<id>")] fn show(id: u32)
((attribute_item
   (attribute [(identifier) (scoped_identifier)] @callee @_verb
     arguments: (token_tree . [(string_literal) (raw_string_literal)] @path)))
 . (function_item) @route @handler
 (#any-of? @_verb "get" "post" "put" "delete" "patch" "head" "options"
   "rocket::get" "rocket::post" "rocket::put" "rocket::delete" "rocket::patch")
 (#binds? @callee "rocket.get" "rocket.post" "rocket.put" "rocket.delete" "rocket.patch" "rocket.head" "rocket.options")
 (#set! method @_verb)
 (#set! syntax "flask"))
