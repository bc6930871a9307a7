; https://docs.rs/tonic/latest/tonic/#examples

; #[tonic::async_trait] impl Greeter for Service { async fn say_hello(…) … }: a method of the service for each function that takes a
; request and gives a response
((attribute_item (attribute [(identifier) @_macro (scoped_identifier name: (identifier) @_macro)]))
 .
 (impl_item
   trait: (_)
   body: (declaration_list
     (function_item
       parameters: (parameters
         (parameter
           type: (generic_type
             type: [(type_identifier) @_request (scoped_type_identifier name: (type_identifier) @_request)])))
       return_type: (_) @_answer)
     @route @handler))
 (#mentions? "tonic")
 (#any-of? @_macro "async_trait")
 (#eq? @_request "Request")
 (#match? @_answer "Response")
 (#set! method "RPC")
 (#set! path "handler")
 (#set! case "PascalCase"))

; The same with an answer of a type of the program's own: type Answer<T> = Result<Response<T>, Status>
((attribute_item
   (attribute (scoped_identifier path: (identifier) @_package name: (identifier) @_macro)))
 .
 (impl_item
   trait: (_)
   body: (declaration_list
     (function_item
       parameters: (parameters
         (parameter
           type: (generic_type
             type: [(type_identifier) @_request (scoped_type_identifier name: (type_identifier) @_request)])))
       return_type: (_) @_answer)
     @route @handler))
 (#mentions? "tonic")
 (#eq? @_package "tonic")
 (#eq? @_macro "async_trait")
 (#eq? @_request "Request")
 (#not-match? @_answer "Response")
 (#set! method "RPC")
 (#set! path "handler")
 (#set! case "PascalCase"))
