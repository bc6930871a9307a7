; https://graphql-rust.github.io/juniper/types/objects/complex_fields.html

; #[graphql_object] impl Query { fn users() … }: a field for each function, in camel case
((attribute_item (attribute [(identifier) @_macro (scoped_identifier name: (identifier) @_macro)]))
 .
 (impl_item body: (declaration_list (function_item) @route @handler))
 (#mentions? "juniper")
 (#any-of? @_macro "graphql_object" "graphql_subscription")
 (#set! method "QUERY")
 (#set! path "handler")
 (#set! case "camelCase"))
