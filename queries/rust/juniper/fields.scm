; https://graphql-rust.github.io/juniper/types/objects/complex_fields.html

; #[graphql_object] impl Query { fn users() … }: a field for each function, in camel case
((attribute_item (attribute [(identifier) @_macro (scoped_identifier name: (identifier) @_macro)]))
 .
 (impl_item type: (_) @_type body: (declaration_list (function_item) @route @handler))
 (#mentions? "juniper")
 (#any-of? @_macro "graphql_object")
 (#not-match? @_type "Mutation")
 (#set! method "QUERY")
 (#set! path "handler")
 (#set! case "camelCase"))

; #[graphql_object] impl MutationRoot { fn add() … }: types that change something are named so
((attribute_item (attribute [(identifier) @_macro (scoped_identifier name: (identifier) @_macro)]))
 .
 (impl_item type: (_) @_type body: (declaration_list (function_item) @route @handler))
 (#mentions? "juniper")
 (#any-of? @_macro "graphql_object")
 (#match? @_type "Mutation")
 (#set! method "MUTATION")
 (#set! path "handler")
 (#set! case "camelCase"))

; #[graphql_subscription] impl Subscription { async fn changes() … }
((attribute_item (attribute [(identifier) @_macro (scoped_identifier name: (identifier) @_macro)]))
 .
 (impl_item body: (declaration_list (function_item) @route @handler))
 (#mentions? "juniper")
 (#any-of? @_macro "graphql_subscription")
 (#set! method "SUBSCRIPTION")
 (#set! path "handler")
 (#set! case "camelCase"))
