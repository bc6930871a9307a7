; https://docs.djangoproject.com/en/stable/topics/signals/

; @receiver(post_save, sender=User)
((decorated_definition
   (decorator (call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @hook)
   definition: (_) @handler)
 (#eq? @_name "receiver")
 (#binds? @callee "django.dispatch.receiver" "django.dispatch.dispatcher.receiver")
 (#argument! value @hook 0 "signal")
 (#argument! class @hook "sender"))

; post_save.connect(on_save, sender=User)
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @hook
 (#eq? @_verb "connect")
 (#binds? @receiver "django.db.models.signals.*" "django.core.signals.*")
 (#argument! handler @hook 0 "receiver")
 (#argument! class @hook 1 "sender"))
