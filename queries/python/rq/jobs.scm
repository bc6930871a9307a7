; https://python-rq.org/docs/

; @job("default")
((decorated_definition
   (decorator (call function: [(identifier) (attribute)] @callee) @job)
   definition: (function_definition "def" @_keyword) @handler)
 (#mentions? "rq" "django_rq" "rq_scheduler")
 (#eq? @_keyword "def")
 (#binds? @callee "rq.decorators.job" "django_rq.job" "django_rq.decorators.job"))

; @job
((decorated_definition
   (decorator [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee @job)
   definition: (_) @handler)
 (#mentions? "rq" "django_rq" "rq_scheduler")
 (#eq? @_name "job")
 (#binds? @callee "django_rq.job" "django_rq.decorators.job"))

; queue.enqueue(send, user_id)
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @job
 (#mentions? "rq" "django_rq" "rq_scheduler")
 (#eq? @_verb "enqueue")
 (#instance? @receiver "rq.Queue" "rq.queue.Queue")
 (#argument! handler @job 0 "f"))

; queue.enqueue_in(timedelta(minutes=5), send)
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @job
 (#mentions? "rq" "django_rq" "rq_scheduler")
 (#any-of? @_verb "enqueue_in" "enqueue_at")
 (#instance? @receiver "rq.Queue" "rq.queue.Queue" "rq_scheduler.Scheduler" "rq_scheduler.scheduler.Scheduler")
 (#argument! schedule @job 0)
 (#argument! handler @job 1 "func"))

; scheduler.cron("0 3 * * *", func=send)
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @job
 (#mentions? "rq" "django_rq" "rq_scheduler")
 (#any-of? @_verb "cron" "schedule")
 (#instance? @receiver "rq_scheduler.Scheduler" "rq_scheduler.scheduler.Scheduler")
 (#argument! schedule @job 0 "cron_string" "scheduled_time" "interval")
 (#argument! handler @job 1 "func"))
