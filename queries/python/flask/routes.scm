; https://flask.palletsprojects.com/en/stable/api/#url-route-registrations

; @app.route("/users/<int:id>", methods=["GET"]), over a function or a flask-restx resource
((decorated_definition
   (decorator (call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @route)
   definition: (_) @handler)
 (#eq? @_verb "route")
 (#instance? @receiver "flask.Flask" "flask.Blueprint" "flask.app.Flask" "flask.blueprints.Blueprint" "quart.Quart" "quart.Blueprint")
 (#argument! path @route 0 "rule")
 (#argument! method @route "methods")
 (#argument! name @route "endpoint")
 (#set! syntax "flask"))

; @app.get("/users"), since 2.0
((decorated_definition
   (decorator (call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @route)
   definition: (_) @handler)
 (#any-of? @_verb "get" "post" "put" "delete" "patch")
 (#instance? @receiver "flask.Flask" "flask.Blueprint" "flask.app.Flask" "flask.blueprints.Blueprint" "quart.Quart" "quart.Blueprint")
 (#argument! path @route 0 "rule")
 (#argument! name @route "endpoint")
 (#set! method @_verb)
 (#set! syntax "flask"))

; app.add_url_rule("/users", "users", users), and with view_func=UserView.as_view("users")
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @route
 (#eq? @_verb "add_url_rule")
 (#instance? @receiver "flask.Flask" "flask.Blueprint" "flask.app.Flask" "flask.blueprints.Blueprint" "quart.Quart" "quart.Blueprint")
 (#argument! path @route 0 "rule")
 (#argument! name @route 1 "endpoint")
 (#argument! handler @route 2 "view_func")
 (#argument! method @route "methods")
 (#set! syntax "flask"))

; app.register_blueprint(users, url_prefix="/users")
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @mount
 (#eq? @_verb "register_blueprint")
 (#instance? @receiver "flask.Flask" "flask.Blueprint" "flask.app.Flask" "flask.blueprints.Blueprint" "quart.Quart" "quart.Blueprint")
 (#argument! router @mount 0 "blueprint")
 (#argument! prefix @mount "url_prefix")
 (#set! syntax "flask"))

; users = Blueprint("users", __name__, url_prefix="/users")
((call function: (_) @callee arguments: (argument_list (keyword_argument name: (identifier) @_prefix value: (_) @prefix))) @mount @router
 (#eq? @_prefix "url_prefix")
 (#binds? @callee "flask.Blueprint" "flask.blueprints.Blueprint" "quart.Blueprint")
 (#set! syntax "flask"))

; @app.before_request
((decorated_definition
   (decorator [
     (attribute object: (_) @receiver attribute: (identifier) @_hook)
     (call function: (attribute object: (_) @receiver attribute: (identifier) @_hook))
   ]) @hook
   definition: (_) @handler)
 (#any-of? @_hook "before_request" "after_request" "teardown_request" "before_app_request" "after_app_request"
   "teardown_appcontext" "errorhandler" "app_errorhandler" "context_processor" "app_context_processor"
   "url_value_preprocessor" "app_url_value_preprocessor" "url_defaults" "app_url_defaults")
 (#instance? @receiver "flask.Flask" "flask.Blueprint" "flask.app.Flask" "flask.blueprints.Blueprint"))

; @app.cli.command("sync")
((decorated_definition
   (decorator (call function: (attribute object: (attribute object: (_) @receiver attribute: (identifier) @_cli) attribute: (identifier) @_verb)) @command)
   definition: (_) @handler)
 (#eq? @_verb "command")
 (#eq? @_cli "cli")
 (#instance? @receiver "flask.Flask" "flask.Blueprint" "flask.app.Flask" "flask.blueprints.Blueprint")
 (#argument! name @command 0 "name"))
