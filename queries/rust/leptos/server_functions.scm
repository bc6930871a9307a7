; https://docs.rs/leptos/latest/leptos/attr.server.html

; #[server] pub async fn load(id: i32) -> Result<User, ServerFnError> { … }: called by the page, under `/api`
((attribute_item (attribute [(identifier) @_macro (scoped_identifier name: (identifier) @_macro)]))
 .
 (attribute_item)*
 .
 (function_item) @route @handler
 (#mentions? "leptos" "dioxus" "server_fn" "ServerFnError")
 (#eq? @_macro "server")
 (#set! method "POST")
 (#set! path "handler")
 (#set! under "/api"))
