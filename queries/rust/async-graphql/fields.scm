; https://async-graphql.github.io/async-graphql/en/define_complex_object.html

; #[Object] impl Query { async fn users(&self) … }: a field for each function, in camel case
((attribute_item (attribute [(identifier) @_macro (scoped_identifier name: (identifier) @_macro)]))
 .
 (impl_item body: (declaration_list (function_item) @route @handler))
 (#mentions? "async_graphql")
 (#any-of? @_macro "Object" "Subscription" "ComplexObject")
 (#set! method "QUERY")
 (#set! path "handler")
 (#set! case "camelCase"))
