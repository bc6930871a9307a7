; https://docs.rs/apalis/latest/apalis/prelude/struct.WorkerBuilder.html

; WorkerBuilder::new("mail").backend(storage).build_fn(send)
((call_expression
   function: (field_expression value: (_) @receiver field: (field_identifier) @_verb)
   arguments: (arguments . (_) @handler)) @job
 (#mentions? "apalis")
 (#any-of? @_verb "build_fn"))
