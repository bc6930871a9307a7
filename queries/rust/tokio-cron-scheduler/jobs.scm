; https://docs.rs/tokio-cron-scheduler/latest/tokio_cron_scheduler/job/struct.JobLocked.html

; Job::new_async("0 0 3 * * *", |id, scheduler| Box::pin(async move { … }))
((call_expression
   function: (scoped_identifier name: (identifier) @_verb) @callee
   arguments: (arguments . (_) @schedule . (_) @handler)) @job
 (#any-of? @_verb "new_async" "new_async_tz" "new_repeated_async" "new_cron_job_async" "new_repeated" "new_cron_job")
 (#binds? @callee "tokio_cron_scheduler.Job.*" "tokio_cron_scheduler.job.JobLocked.*"))
