; https://click.palletsprojects.com/en/stable/commands-and-groups/
; https://typer.tiangolo.com/tutorial/commands/

; @click.command("sync")
((decorated_definition
   (decorator (call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @command)
   definition: (_) @handler)
 (#any-of? @_name "command" "group")
 (#binds? @callee "click.command" "click.group" "click.decorators.command" "click.decorators.group"
   "cloup.command" "cloup.group")
 (#argument! name @command 0 "name"))

; @cli.command("sync") of a group that a decorator made, @app.command() of typer
((decorated_definition
   (decorator (call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @command)
   definition: (_) @handler)
 (#any-of? @_verb "command" "group")
 (#instance? @receiver "typer.Typer" "typer.main.Typer" "click.Group" "click.core.Group" "flask.cli.AppGroup" "cloup.Group")
 (#argument! name @command 0 "name"))
