; https://apscheduler.readthedocs.io/en/3.x/userguide.html

; scheduler.add_job(report, "cron", hour=3)
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @job
 (#mentions? "apscheduler" "scheduler")
 (#eq? @_verb "add_job")
 (#instance? @receiver "apscheduler.schedulers.*" "apscheduler.schedulers.base.BaseScheduler" "flask_apscheduler.APScheduler")
 (#argument! handler @job 0 "func")
 (#argument! schedule @job 1 "trigger")
 (#argument! name @job "id" "name"))

; @scheduler.scheduled_job("cron", hour=3)
((decorated_definition
   (decorator (call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @job)
   definition: (_) @handler)
 (#mentions? "apscheduler" "scheduler")
 (#any-of? @_verb "scheduled_job" "task")
 (#instance? @receiver "apscheduler.schedulers.*" "apscheduler.schedulers.base.BaseScheduler" "flask_apscheduler.APScheduler")
 (#argument! schedule @job 0 "trigger")
 (#argument! name @job "id" "name"))
