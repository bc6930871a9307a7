; https://docs.rs/rusty-sidekiq/latest/sidekiq/trait.Worker.html

; #[async_trait] impl Worker<Arguments> for Payment { async fn perform(&self, …) … }: a job by the name of the type
((impl_item
   trait: [
     (generic_type type: [(type_identifier) @_trait (scoped_type_identifier name: (type_identifier) @_trait)])
     (type_identifier) @_trait
     (scoped_type_identifier name: (type_identifier) @_trait)
   ]
   type: (_) @_type
   body: (declaration_list (function_item name: (identifier) @_verb) @handler)) @job
 (#mentions? "sidekiq")
 (#eq? @_trait "Worker")
 (#eq? @_verb "perform")
 (#set! name @_type))
