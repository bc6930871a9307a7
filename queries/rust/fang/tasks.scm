; https://docs.rs/fang/latest/fang/asynk/async_runnable/trait.AsyncRunnable.html

; #[typetag::serde] impl AsyncRunnable for Cleanup { async fn run(&self, …) … }: a job by the name of the type
((impl_item
   trait: [
     (type_identifier) @_trait
     (scoped_type_identifier name: (type_identifier) @_trait)
   ]
   type: (_) @_type
   body: (declaration_list (function_item name: (identifier) @_verb) @handler)) @job
 (#mentions? "fang")
 (#any-of? @_trait "AsyncRunnable" "Runnable")
 (#eq? @_verb "run")
 (#set! name @_type))
