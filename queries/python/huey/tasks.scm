; https://huey.readthedocs.io/en/latest/guide.html

; @huey.task(), @huey.periodic_task(crontab(hour="3"))
((decorated_definition
   (decorator (call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @job)
   definition: (_) @handler)
 (#mentions? "huey" "djhuey")
 (#any-of? @_verb "task" "periodic_task" "context_task")
 (#instance? @receiver "huey.Huey" "huey.RedisHuey" "huey.SqliteHuey" "huey.MemoryHuey" "huey.PriorityRedisHuey"
   "huey.FileHuey" "huey.api.Huey")
 (#argument! schedule @job 0 "validate_datetime")
 (#argument! name @job "name"))

; @db_periodic_task(crontab(hour="3")) of huey.contrib.djhuey
((decorated_definition
   (decorator (call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @job)
   definition: (_) @handler)
 (#mentions? "huey" "djhuey")
 (#any-of? @_name "task" "periodic_task" "db_task" "db_periodic_task" "on_commit_task")
 (#binds? @callee "huey.contrib.djhuey.*")
 (#argument! schedule @job 0 "validate_datetime")
 (#argument! name @job "name"))
