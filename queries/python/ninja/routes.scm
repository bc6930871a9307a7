; https://django-ninja.dev/guides/routers/

; @router.get("/users/{id}", response=UserOut)
((decorated_definition
   (decorator (call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @route)
   definition: (_) @handler)
 (#any-of? @_verb "get" "post" "put" "delete" "patch")
 (#instance? @receiver "ninja.NinjaAPI" "ninja.Router" "ninja.main.NinjaAPI" "ninja.router.Router" "ninja.pagination.RouterPaginated")
 (#argument! path @route 0 "path")
 (#argument! name @route "url_name")
 (#set! method @_verb)
 (#set! syntax "converted"))

; @router.api_operation(["POST", "PATCH"], "/users/{id}")
((decorated_definition
   (decorator (call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @route)
   definition: (_) @handler)
 (#eq? @_verb "api_operation")
 (#instance? @receiver "ninja.NinjaAPI" "ninja.Router" "ninja.main.NinjaAPI" "ninja.router.Router" "ninja.pagination.RouterPaginated")
 (#argument! method @route 0 "methods")
 (#argument! path @route 1 "path")
 (#set! syntax "converted"))

; api.add_router("/users", router), api.add_router("/users", "users.api.router")
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @mount
 (#eq? @_verb "add_router")
 (#instance? @receiver "ninja.NinjaAPI" "ninja.Router" "ninja.main.NinjaAPI" "ninja.router.Router" "ninja.pagination.RouterPaginated")
 (#argument! prefix @mount 0 "prefix")
 (#argument! router @mount 1 "router")
 (#set! syntax "converted"))

; path("api/", api.urls)
((call
   function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee
   arguments: (argument_list (attribute object: (_) @router attribute: (identifier) @_urls))) @mount
 (#eq? @_name "path")
 (#eq? @_urls "urls")
 (#binds? @callee "django.urls.path" "django.urls.conf.path")
 (#instance? @router "ninja.NinjaAPI" "ninja.main.NinjaAPI")
 (#argument! prefix @mount 0 "route")
 (#set! syntax "converted"))

; response=UserOut, response=list[UserOut], response={200: UserOut}
((decorated_definition
   (decorator (call
     function: (attribute object: (_) @receiver)
     arguments: (argument_list (keyword_argument name: (identifier) @_model value: (_) @class))) @expose)
   definition: (_) @handler)
 (#eq? @_model "response")
 (#instance? @receiver "ninja.NinjaAPI" "ninja.Router" "ninja.main.NinjaAPI" "ninja.router.Router" "ninja.pagination.RouterPaginated"))
