; https://docs.rs/job_scheduler/latest/job_scheduler/struct.Job.html

; Job::new("0 0 3 * * *".parse().unwrap(), || { … })
((call_expression
   function: (scoped_identifier name: (identifier) @_verb) @callee
   arguments: (arguments . (_) @schedule . (_) @handler .)) @job
 (#eq? @_verb "new")
 (#binds? @callee "job_scheduler.Job.new" "job_scheduler_ng.Job.new"))

; https://docs.rs/clokwerk/latest/clokwerk/struct.AsyncScheduler.html

; scheduler.every(10.minutes()).run(|| async { … })
((call_expression
   function: (field_expression value: (_) @_schedule field: (field_identifier) @_verb)
   arguments: (arguments . (_) @handler .)) @job
 (#mentions? "clokwerk")
 (#eq? @_verb "run")
 (#match? @_schedule "\\.every\\("))
