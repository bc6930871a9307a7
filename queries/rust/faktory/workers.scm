; https://docs.rs/faktory/latest/faktory/struct.WorkerBuilder.html

; Worker::builder().register_fn("resize", |job| async move { … })
((call_expression
   function: (field_expression value: (_) @receiver field: (field_identifier) @_verb)
   arguments: (arguments . (_) @name . (_) @handler)) @job
 (#mentions? "faktory")
 (#any-of? @_verb "register_fn" "register_blocking_fn" "register"))

; impl JobRunner for Resize { async fn run(&self, job: Job) … }: a job by the name of the type
((impl_item
   trait: [
     (type_identifier) @_trait
     (scoped_type_identifier name: (type_identifier) @_trait)
   ]
   type: (_) @_type
   body: (declaration_list (function_item name: (identifier) @_verb) @handler)) @job
 (#mentions? "faktory")
 (#eq? @_trait "JobRunner")
 (#eq? @_verb "run")
 (#set! name @_type))
