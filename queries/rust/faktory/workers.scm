; https://docs.rs/faktory/latest/faktory/struct.WorkerBuilder.html

; Worker::builder().register_fn("resize", |job| async move { … })
((call_expression
   function: (field_expression value: (_) @receiver field: (field_identifier) @_verb)
   arguments: (arguments . (_) @name . (_) @handler)) @job
 (#mentions? "faktory")
 (#any-of? @_verb "register_fn" "register_blocking_fn" "register"))
