; https://dramatiq.io/guide.html

; @dramatiq.actor
((decorated_definition
   (decorator [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee @job)
   definition: (_) @handler)
 (#mentions? "dramatiq")
 (#eq? @_name "actor")
 (#binds? @callee "dramatiq.actor" "dramatiq.actor.actor"))

; @dramatiq.actor(actor_name="send")
((decorated_definition
   (decorator (call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @job)
   definition: (_) @handler)
 (#mentions? "dramatiq")
 (#eq? @_name "actor")
 (#binds? @callee "dramatiq.actor" "dramatiq.actor.actor")
 (#argument! name @job "actor_name"))
