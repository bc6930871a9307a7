; https://docs.dagster.io/api/dagster

; @job, @asset, @op, @sensor
((decorated_definition
   (decorator [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee @job)
   definition: (_) @handler)
 (#mentions? "dagster")
 (#any-of? @_name "job" "asset" "op" "sensor" "multi_asset")
 (#binds? @callee "dagster.job" "dagster.asset" "dagster.op" "dagster.sensor" "dagster.multi_asset"))

; @job(name="nightly"), @schedule(cron_schedule="0 3 * * *", job=nightly)
((decorated_definition
   (decorator (call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @job)
   definition: (_) @handler)
 (#mentions? "dagster")
 (#any-of? @_name "job" "asset" "op" "sensor" "multi_asset" "schedule")
 (#binds? @callee "dagster.job" "dagster.asset" "dagster.op" "dagster.sensor" "dagster.multi_asset" "dagster.schedule")
 (#argument! name @job "name")
 (#argument! schedule @job "cron_schedule"))

; ScheduleDefinition(job=nightly, cron_schedule="0 3 * * *")
((call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @job
 (#mentions? "dagster")
 (#eq? @_name "ScheduleDefinition")
 (#binds? @callee "dagster.ScheduleDefinition")
 (#argument! name @job "name")
 (#argument! handler @job "job")
 (#argument! schedule @job "cron_schedule"))
