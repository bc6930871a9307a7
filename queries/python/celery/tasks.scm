; https://docs.celeryq.dev/en/stable/userguide/tasks.html
; https://docs.celeryq.dev/en/stable/userguide/periodic-tasks.html

; @shared_task
((decorated_definition
   (decorator [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee @job)
   definition: (_) @handler)
 (#eq? @_name "shared_task")
 (#binds? @callee "celery.shared_task" "celery.app.shared_task"))

; @shared_task(name="report")
((decorated_definition
   (decorator (call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @job)
   definition: (_) @handler)
 (#eq? @_name "shared_task")
 (#binds? @callee "celery.shared_task" "celery.app.shared_task")
 (#argument! name @job "name"))

; @app.task
((decorated_definition
   (decorator (attribute object: (_) @receiver attribute: (identifier) @_name) @job)
   definition: (_) @handler)
 (#eq? @_name "task")
 (#instance? @receiver "celery.Celery" "celery.app.base.Celery"))

; @app.task(bind=True, name="report")
((decorated_definition
   (decorator (call function: (attribute object: (_) @receiver attribute: (identifier) @_name)) @job)
   definition: (_) @handler)
 (#eq? @_name "task")
 (#instance? @receiver "celery.Celery" "celery.app.base.Celery")
 (#argument! name @job "name"))

; app.conf.beat_schedule = {"nightly": {"task": "app.tasks.report", "schedule": crontab(hour=3)}}
((assignment
   left: [(attribute attribute: (identifier) @_name) (identifier) @_name]
   right: (dictionary (pair key: (_) @name value: (dictionary) @_entry) @job))
 (#any-of? @_name "beat_schedule" "CELERY_BEAT_SCHEDULE" "CELERYBEAT_SCHEDULE")
 (#argument! handler @_entry "task")
 (#argument! schedule @_entry "schedule"))

; app.conf.update(beat_schedule={…})
((keyword_argument
   name: (identifier) @_name
   value: (dictionary (pair key: (_) @name value: (dictionary) @_entry) @job))
 (#eq? @_name "beat_schedule")
 (#argument! handler @_entry "task")
 (#argument! schedule @_entry "schedule"))

; sender.add_periodic_task(crontab(hour=3), report.s(), name="nightly")
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @job
 (#eq? @_verb "add_periodic_task")
 (#argument! schedule @job 0 "schedule")
 (#argument! handler @job 1 "sig")
 (#argument! name @job "name"))

; app.send_task("app.tasks.report")
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @publish
 (#eq? @_verb "send_task")
 (#instance? @receiver "celery.Celery" "celery.app.base.Celery")
 (#argument! topic @publish 0 "name"))
