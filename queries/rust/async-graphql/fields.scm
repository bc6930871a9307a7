; https://async-graphql.github.io/async-graphql/en/define_complex_object.html

; #[Object] impl Query { async fn users(&self) … }: a field for each function, in camel case
((attribute_item (attribute [(identifier) @_macro (scoped_identifier name: (identifier) @_macro)]))
 .
 (impl_item type: (_) @_type body: (declaration_list (function_item) @route @handler))
 (#mentions? "async_graphql")
 (#any-of? @_macro "Object" "ComplexObject")
 (#not-match? @_type "Mutation")
 (#set! method "QUERY")
 (#set! path "handler")
 (#set! case "camelCase"))

; #[Object] impl UserMutation { async fn add(&self) … }: types that change something are named so
((attribute_item (attribute [(identifier) @_macro (scoped_identifier name: (identifier) @_macro)]))
 .
 (impl_item type: (_) @_type body: (declaration_list (function_item) @route @handler))
 (#mentions? "async_graphql")
 (#any-of? @_macro "Object" "ComplexObject")
 (#match? @_type "Mutation")
 (#set! method "MUTATION")
 (#set! path "handler")
 (#set! case "camelCase"))

; #[Subscription] impl Subscriptions { async fn changes(&self) … }
((attribute_item (attribute [(identifier) @_macro (scoped_identifier name: (identifier) @_macro)]))
 .
 (impl_item body: (declaration_list (function_item) @route @handler))
 (#mentions? "async_graphql")
 (#any-of? @_macro "Subscription")
 (#set! method "SUBSCRIPTION")
 (#set! path "handler")
 (#set! case "camelCase"))
