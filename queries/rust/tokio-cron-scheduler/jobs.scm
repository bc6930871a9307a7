; https://docs.rs/tokio-cron-scheduler/latest/tokio_cron_scheduler/job/struct.JobLocked.html

; Job::new_async("0 0 3 * * *", |id, scheduler| Box::pin(async move { … }))
((call_expression
   function: (scoped_identifier name: (identifier) @_verb) @callee
   arguments: (arguments . (_) @schedule . (_) @handler .)) @job
 (#any-of? @_verb "new" "new_async" "new_repeated_async" "new_repeated" "new_one_shot" "new_one_shot_async"
   "new_one_shot_at_instant" "new_one_shot_at_instant_async" "new_cron_job" "new_cron_job_async")
 (#binds? @callee "tokio_cron_scheduler.Job.*" "tokio_cron_scheduler.job.JobLocked.*" "tokio_cron_scheduler.JobLocked.*"))

; Job::new_async_tz("0 0 3 * * *", chrono_tz::UTC, |id, scheduler| Box::pin(async move { … }))
((call_expression
   function: (scoped_identifier name: (identifier) @_verb) @callee
   arguments: (arguments . (_) @schedule . (_) . (_) @handler .)) @job
 (#any-of? @_verb "new_tz" "new_async_tz" "new_cron_job_tz" "new_cron_job_async_tz")
 (#binds? @callee "tokio_cron_scheduler.Job.*" "tokio_cron_scheduler.job.JobLocked.*" "tokio_cron_scheduler.JobLocked.*"))

; JobBuilder::new().with_cron_job_type().with_schedule("0 0 3 * * *")?.with_run_async(Box::new(|id, scheduler| …))
((call_expression
   function: (field_expression value: (_) field: (field_identifier) @_verb)
   arguments: (arguments . (_) @handler .)) @job
 (#mentions? "tokio_cron_scheduler")
 (#any-of? @_verb "with_run_async" "with_run_sync"))
