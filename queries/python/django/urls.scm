; https://docs.djangoproject.com/en/stable/ref/urls/

; path("users/<int:pk>/", views.user, name="user")
((call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @route
 (#eq? @_name "path")
 (#binds? @callee "django.urls.path" "django.urls.conf.path")
 (#argument! path @route 0 "route")
 (#argument! handler @route 1 "view")
 (#argument! name @route 3 "name")
 (#set! syntax "django"))

; re_path(r"^users/(?P<pk>\d+)/$", views.user), and url of Django 1 to 3
((call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @route
 (#any-of? @_name "re_path" "url")
 (#binds? @callee "django.urls.re_path" "django.urls.conf.re_path" "django.conf.urls.url")
 (#argument! path @route 0 "route" "regex")
 (#argument! handler @route 1 "view")
 (#argument! name @route 3 "name")
 (#set! syntax "regex"))

; path("api/", include("api.urls"))
((call
   function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee
   arguments: (argument_list (call function: [(identifier) @_include (attribute attribute: (identifier) @_include)]) @_included)) @mount
 (#eq? @_include "include")
 (#any-of? @_name "path" "re_path" "url")
 (#binds? @callee "django.urls.path" "django.urls.conf.path" "django.urls.re_path" "django.urls.conf.re_path" "django.conf.urls.url")
 (#argument! prefix @mount 0 "route" "regex")
 (#argument! router @_included 0 "arg")
 (#set! syntax @_name))

; router.register("users", UserViewSet, basename="user")
; https://www.django-rest-framework.org/api-guide/routers/
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @route
 (#eq? @_verb "register")
 (#instance? @receiver "rest_framework.routers.BaseRouter" "rest_framework.routers.SimpleRouter" "rest_framework.routers.DefaultRouter"
   "rest_framework_nested.routers.NestedSimpleRouter" "rest_framework_nested.routers.NestedDefaultRouter"
   "rest_framework_extensions.routers.ExtendedSimpleRouter" "rest_framework_extensions.routers.ExtendedDefaultRouter")
 (#argument! path @route 0 "prefix")
 (#argument! handler @route 1 "viewset")
 (#argument! name @route 2 "basename" "base_name")
 (#set! syntax "drf"))

; @action(detail=True, methods=["post"], url_path="close") of a viewset
((decorated_definition
   (decorator (call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @route)
   definition: (_) @handler)
 (#any-of? @_name "action" "detail_route" "list_route")
 (#binds? @callee "rest_framework.decorators.action" "rest_framework.decorators.detail_route" "rest_framework.decorators.list_route")
 (#argument! method @route 0 "methods")
 (#argument! value @route 1 "detail")
 (#argument! path @route 2 "url_path")
 (#set! syntax "drf-action"))
