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

; app.add_route("/users", users, methods=["GET"])
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @route
 (#any-of? @_verb "add_route" "add_websocket_route")
 (#instance? @receiver "starlette.applications.Starlette" "starlette.routing.Router" "fastapi.FastAPI" "fastapi.APIRouter"
   "fastapi.applications.FastAPI" "fastapi.routing.APIRouter")
 (#argument! path @route 0 "path")
 (#argument! handler @route 1 "route")
 (#argument! method @route "methods")
 (#set! syntax "braces"))

; @app.route("/users", methods=["POST"])
((decorated_definition
   (decorator (call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @route)
   definition: (_) @handler)
 (#any-of? @_verb "route" "websocket_route")
 (#instance? @receiver "starlette.applications.Starlette" "starlette.routing.Router")
 (#argument! path @route 0 "path")
 (#argument! method @route "methods")
 (#set! syntax "braces"))

; Middleware(Audit)
((call
   function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee
   arguments: (argument_list . (_) @handler)) @hook
 (#eq? @_name "Middleware")
 (#binds? @callee "starlette.middleware.Middleware" "fastapi.middleware.Middleware"))

; app.add_middleware(Audit)
((call
   function: (attribute object: (_) @receiver attribute: (identifier) @_verb)
   arguments: (argument_list . (_) @handler)) @hook
 (#eq? @_verb "add_middleware")
 (#instance? @receiver "starlette.applications.Starlette" "fastapi.FastAPI" "fastapi.applications.FastAPI"))

; AuthenticationMiddleware(app, backend=Backend()), Middleware(AuthenticationMiddleware, backend=Backend())
((call
   function: [(identifier) @_name (attribute attribute: (identifier) @_name)]
   arguments: (argument_list (keyword_argument name: (identifier) @_backend value: (_) @handler))) @hook
 (#any-of? @_name "Middleware" "add_middleware" "AuthenticationMiddleware")
 (#eq? @_backend "backend"))
