; https://www.starlette.io/routing/

; Route("/users", users, methods=["GET"])
((call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @route
 (#any-of? @_name "Route" "WebSocketRoute")
 (#binds? @callee "starlette.routing.Route" "starlette.routing.WebSocketRoute")
 (#argument! path @route 0 "path")
 (#argument! handler @route 1 "endpoint")
 (#argument! method @route "methods")
 (#set! syntax "braces"))

; Mount("/v1", routes=[…]), Mount("/admin", app=admin)
((call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @mount
 (#eq? @_name "Mount")
 (#binds? @callee "starlette.routing.Mount")
 (#argument! prefix @mount 0 "path")
 (#argument! router @mount 1 "app" "routes")
 (#set! syntax "braces"))
