; https://docs.rs/tonic/latest/tonic/#examples

; #[tonic::async_trait] impl Greeter for Service { async fn say_hello(…) … }: a method of the service for each function
((attribute_item (attribute [(identifier) @_macro (scoped_identifier name: (identifier) @_macro)]))
 .
 (impl_item trait: (_) body: (declaration_list (function_item) @route @handler))
 (#mentions? "tonic")
 (#any-of? @_macro "async_trait")
 (#set! method "RPC")
 (#set! path "handler")
 (#set! case "PascalCase"))
