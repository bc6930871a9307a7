; https://fastapi.tiangolo.com/reference/apirouter/

; @router.get("/users/{id}", response_model=User)
((decorated_definition
   (decorator (call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @route)
   definition: (_) @handler)
 (#any-of? @_verb "get" "post" "put" "delete" "patch" "options" "head" "trace" "websocket")
 (#instance? @receiver "fastapi.FastAPI" "fastapi.APIRouter" "fastapi.applications.FastAPI" "fastapi.routing.APIRouter")
 (#argument! path @route 0 "path")
 (#argument! name @route "name")
 (#argument! row @route "response_model")
 (#set! method @_verb)
 (#set! syntax "braces"))

; @router.api_route("/users", methods=["GET", "HEAD"])
((decorated_definition
   (decorator (call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @route)
   definition: (_) @handler)
 (#any-of? @_verb "api_route" "websocket_route")
 (#instance? @receiver "fastapi.FastAPI" "fastapi.APIRouter" "fastapi.applications.FastAPI" "fastapi.routing.APIRouter")
 (#argument! path @route 0 "path")
 (#argument! method @route "methods")
 (#set! syntax "braces"))

; router.add_api_route("/users", users, methods=["GET"])
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @route
 (#any-of? @_verb "add_api_route" "add_api_websocket_route")
 (#instance? @receiver "fastapi.FastAPI" "fastapi.APIRouter" "fastapi.applications.FastAPI" "fastapi.routing.APIRouter")
 (#argument! path @route 0 "path")
 (#argument! handler @route 1 "endpoint")
 (#argument! method @route "methods")
 (#set! syntax "braces"))

; app.include_router(router, prefix="/v1")
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @mount
 (#eq? @_verb "include_router")
 (#instance? @receiver "fastapi.FastAPI" "fastapi.APIRouter" "fastapi.applications.FastAPI" "fastapi.routing.APIRouter")
 (#argument! router @mount 0 "router")
 (#argument! prefix @mount "prefix")
 (#set! syntax "braces"))

; app.mount("/admin", admin)
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @mount
 (#eq? @_verb "mount")
 (#instance? @receiver "fastapi.FastAPI" "fastapi.APIRouter" "starlette.applications.Starlette" "starlette.routing.Router")
 (#argument! prefix @mount 0 "path")
 (#argument! router @mount 1 "app")
 (#set! syntax "braces"))

; router = APIRouter(prefix="/users")
((call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @mount @router
 (#any-of? @_name "APIRouter" "FastAPI")
 (#binds? @callee "fastapi.APIRouter" "fastapi.FastAPI" "fastapi.routing.APIRouter" "fastapi.applications.FastAPI")
 (#argument! prefix @mount "prefix" "root_path")
 (#set! syntax "braces"))

; response_model=User shows what User's fields hold
((decorated_definition
   (decorator (call
     function: (attribute object: (_) @receiver)
     arguments: (argument_list (keyword_argument name: (identifier) @_model value: (_) @class))) @expose)
   definition: (_) @handler)
 (#eq? @_model "response_model")
 (#instance? @receiver "fastapi.FastAPI" "fastapi.APIRouter" "fastapi.applications.FastAPI" "fastapi.routing.APIRouter"))

; @app.on_event("startup"): what starts the service, and no request
((decorated_definition
   (decorator (call function: (attribute object: (_) @receiver attribute: (identifier) @_hook)) @job)
   definition: (_) @handler)
 (#eq? @_hook "on_event")
 (#instance? @receiver "fastapi.FastAPI" "fastapi.APIRouter" "starlette.applications.Starlette"))

; @app.middleware("http"), @app.exception_handler(404)
((decorated_definition
   (decorator (call function: (attribute object: (_) @receiver attribute: (identifier) @_hook)) @hook)
   definition: (_) @handler)
 (#any-of? @_hook "middleware" "exception_handler")
 (#instance? @receiver "fastapi.FastAPI" "fastapi.APIRouter" "starlette.applications.Starlette"))
