; https://docs.pylonsproject.org/projects/pyramid/en/latest/narr/urldispatch.html

; config.add_route("user", "/users/{id}"): a path under a name, which views use
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @route
 (#eq? @_verb "add_route")
 (#argument! name @route 0 "name")
 (#argument! path @route 1 "pattern" "path")
 (#set! named "declares"))

; @view_config(route_name="user", request_method="GET")
((decorated_definition
   (decorator (call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @route)
   definition: (_) @handler)
 (#eq? @_name "view_config")
 (#binds? @callee "pyramid.view.view_config")
 (#argument! name @route "route_name")
 (#argument! method @route "request_method")
 (#set! named "uses"))

; config.add_view(user, route_name="user", request_method="GET")
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @route
 (#eq? @_verb "add_view")
 (#argument! handler @route 0 "view")
 (#argument! name @route "route_name")
 (#argument! method @route "request_method")
 (#set! named "uses"))

; @subscriber(NewRequest)
((decorated_definition
   (decorator (call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @hook)
   definition: (_) @handler)
 (#eq? @_name "subscriber")
 (#binds? @callee "pyramid.events.subscriber"))

; config.add_subscriber(stamp, NewRequest)
((call
   function: (attribute attribute: (identifier) @_verb)
   arguments: (argument_list . (_) @handler)) @hook
 (#eq? @_verb "add_subscriber"))

; AuthTktAuthenticationPolicy("secret", callback=groups)
((call
   function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee
   arguments: (argument_list (keyword_argument name: (identifier) @_callback value: (_) @handler))) @hook
 (#eq? @_callback "callback")
 (#binds? @callee "pyramid.authentication.AuthTktAuthenticationPolicy" "pyramid.authentication.SessionAuthenticationPolicy"
   "pyramid.authentication.RemoteUserAuthenticationPolicy" "pyramid.authentication.RepozeWho1AuthenticationPolicy"))
