; https://graphql-rust.github.io/juniper/types/objects/complex_fields.html

; #[graphql_object] impl Query { fn users() … }: a field for each function, in camel case
((attribute_item (attribute [(identifier) @_macro (scoped_identifier name: (identifier) @_macro)]))
 .
 (impl_item type: (_) @_type body: (declaration_list (function_item) @route @handler))
 (#mentions? "juniper")
 (#any-of? @_macro "graphql_object" "object")
 (#not-match? @_type "Mutation")
 (#set! method "QUERY")
 (#set! path "handler")
 (#set! case "camelCase"))

; #[graphql_object] impl MutationRoot { fn add() … }: types that change something are named so
((attribute_item (attribute [(identifier) @_macro (scoped_identifier name: (identifier) @_macro)]))
 .
 (impl_item type: (_) @_type body: (declaration_list (function_item) @route @handler))
 (#mentions? "juniper")
 (#any-of? @_macro "graphql_object" "object")
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

; Before 0.15: graphql_object!(Query: Context |&self| { field users(&executor) -> FieldResult<Vec<User>> { … } })
((macro_invocation
   macro: [(identifier) @_macro (scoped_identifier name: (identifier) @_macro)]
   (token_tree
     . (identifier) @_type
     (token_tree (identifier) @_field . (identifier) @route @handler . (token_tree))))
 (#mentions? "graphql_object")
 (#any-of? @_macro "graphql_object")
 (#eq? @_field "field")
 (#not-match? @_type "Mutation")
 (#set! method "QUERY")
 (#set! path "handler")
 (#set! case "camelCase"))

; graphql_object!(MutationRoot: Context |&self| { field add_user(&executor) -> FieldResult<User> { … } })
((macro_invocation
   macro: [(identifier) @_macro (scoped_identifier name: (identifier) @_macro)]
   (token_tree
     . (identifier) @_type
     (token_tree (identifier) @_field . (identifier) @route @handler . (token_tree))))
 (#mentions? "graphql_object")
 (#any-of? @_macro "graphql_object")
 (#eq? @_field "field")
 (#match? @_type "Mutation")
 (#set! method "MUTATION")
 (#set! path "handler")
 (#set! case "camelCase"))
