; https://docs.dagster.io/api/dagster

; @job, @asset, @op, @sensor
((decorated_definition
   (decorator [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee @job)
   definition: (_) @handler)
 (#mentions? "dagster")
 (#any-of? @_name "job" "asset" "op" "sensor" "multi_asset" "asset_sensor" "multi_asset_sensor" "run_status_sensor" "run_failure_sensor"
   "freshness_policy_sensor" "asset_check" "multi_asset_check" "graph_asset" "graph_multi_asset" "observable_source_asset" "failure_hook" "success_hook")
 (#binds? @callee "dagster.job" "dagster.asset" "dagster.op" "dagster.sensor" "dagster.multi_asset" "dagster.asset_sensor" "dagster.multi_asset_sensor" "dagster.run_status_sensor" "dagster.run_failure_sensor"
   "dagster.freshness_policy_sensor" "dagster.asset_check" "dagster.multi_asset_check" "dagster.graph_asset" "dagster.graph_multi_asset" "dagster.observable_source_asset" "dagster.failure_hook" "dagster.success_hook"))

; @job(name="nightly"), @schedule(cron_schedule="0 3 * * *", job=nightly)
((decorated_definition
   (decorator (call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @job)
   definition: (_) @handler)
 (#mentions? "dagster")
 (#any-of? @_name "job" "asset" "op" "sensor" "multi_asset" "asset_sensor" "multi_asset_sensor" "run_status_sensor" "run_failure_sensor"
   "freshness_policy_sensor" "asset_check" "multi_asset_check" "graph_asset" "graph_multi_asset" "observable_source_asset" "failure_hook" "success_hook" "schedule")
 (#binds? @callee "dagster.job" "dagster.asset" "dagster.op" "dagster.sensor" "dagster.multi_asset" "dagster.asset_sensor" "dagster.multi_asset_sensor" "dagster.run_status_sensor" "dagster.run_failure_sensor"
   "dagster.freshness_policy_sensor" "dagster.asset_check" "dagster.multi_asset_check" "dagster.graph_asset" "dagster.graph_multi_asset" "dagster.observable_source_asset" "dagster.failure_hook" "dagster.success_hook" "dagster.schedule")
 (#argument! name @job "name")
 (#argument! handler @job "job")
 (#argument! schedule @job "cron_schedule"))

; a_graph.to_job(name="nightly")
((call function: (attribute object: (_) @handler attribute: (identifier) @_verb)) @job
 (#mentions? "dagster")
 (#eq? @_verb "to_job")
 (#argument! name @job "name"))

; define_asset_job("nightly", selection=AssetSelection.assets(users))
((call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @job
 (#mentions? "dagster")
 (#eq? @_name "define_asset_job")
 (#binds? @callee "dagster.define_asset_job")
 (#argument! name @job 0 "name")
 (#argument! handler @job 1 "selection"))

; ScheduleDefinition(job=nightly, cron_schedule="0 3 * * *")
((call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @job
 (#mentions? "dagster")
 (#eq? @_name "ScheduleDefinition")
 (#binds? @callee "dagster.ScheduleDefinition")
 (#argument! name @job "name")
 (#argument! handler @job "job")
 (#argument! schedule @job "cron_schedule"))
