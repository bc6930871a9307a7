; https://docs.rs/apalis/latest/apalis/prelude/struct.WorkerBuilder.html

; WorkerBuilder::new("mail").backend(storage).build_fn(send)
((call_expression
   function: (field_expression value: (_) @receiver field: (field_identifier) @_verb)
   arguments: (arguments . (_) @handler)) @job
 (#mentions? "apalis")
 (#any-of? @_verb "build_fn"))

; apalis 1: WorkerBuilder::new("mail").backend(storage).build(send)
((call_expression
   function: (field_expression value: (_) @_builder field: (field_identifier) @_verb)
   arguments: (arguments . (_) @handler)) @job
 (#mentions? "apalis")
 (#any-of? @_verb "build")
 (#match? @_builder "WorkerBuilder"))
