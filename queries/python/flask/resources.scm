; Classes whose methods are the HTTP methods: flask-restx and flask-restful
; https://flask-restx.readthedocs.io/en/latest/quickstart.html#resourceful-routing
; https://flask-restful.readthedocs.io/en/latest/quickstart.html#endpoints

; @namespace.route("/users", "/people")
((decorated_definition
   (decorator (call
     function: (attribute object: (_) @receiver attribute: (identifier) @_verb)
     arguments: (argument_list [(string) (concatenated_string) (identifier)] @path)) @route)
   definition: (class_definition) @handler)
 (#eq? @_verb "route")
 (#instance? @receiver "flask_restx.Namespace" "flask_restx.Api" "flask_restplus.Namespace" "flask_restplus.Api"
   "flask_restx.namespace.Namespace" "flask_restx.api.Api")
 (#set! syntax "flask"))

; api.add_resource(Users, "/users", "/people")
((call
   function: (attribute object: (_) @receiver attribute: (identifier) @_verb)
   arguments: (argument_list . (_) @handler [(string) (concatenated_string)] @path)) @route
 (#eq? @_verb "add_resource")
 (#instance? @receiver "flask_restful.Api" "flask_restx.Api" "flask_restx.Namespace" "flask_restplus.Api")
 (#set! syntax "flask"))

; api.add_namespace(users, path="/users")
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @mount
 (#eq? @_verb "add_namespace")
 (#instance? @receiver "flask_restx.Api" "flask_restplus.Api" "flask_restx.api.Api")
 (#argument! router @mount 0 "ns")
 (#argument! prefix @mount 1 "path")
 (#set! syntax "flask"))

; users = Namespace("users", path="/users"). Without a path it is mounted at /users all the same
((call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @mount @router
 (#eq? @_name "Namespace")
 (#binds? @callee "flask_restx.Namespace" "flask_restplus.Namespace" "flask_restx.namespace.Namespace")
 (#argument! name @mount 0 "name")
 (#argument! prefix @mount "path")
 (#set! syntax "flask"))

; api = Api(blueprint, prefix="/v1")
((call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @mount @router
 (#eq? @_name "Api")
 (#binds? @callee "flask_restx.Api" "flask_restplus.Api" "flask_restful.Api" "flask_restx.api.Api")
 (#argument! prefix @mount "prefix")
 (#set! syntax "flask"))

; and what it is put on
((call
   function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee
   arguments: (argument_list) @mount) @router
 (#eq? @_name "Api")
 (#binds? @callee "flask_restx.Api" "flask_restplus.Api" "flask_restful.Api" "flask_restx.api.Api")
 (#argument! receiver @router 0 "app")
 (#set! syntax "flask"))
