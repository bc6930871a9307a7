; https://docs.rs/roadster/latest/roadster/worker/trait.Worker.html

; #[async_trait] impl Worker<State, Arguments> for Mail { async fn handle(&self, …) … }: a job by the name of the type
((impl_item
   trait: (generic_type type: [(type_identifier) @_trait (scoped_type_identifier name: (type_identifier) @_trait)])
   type: (_) @_type
   body: (declaration_list (function_item name: (identifier) @_verb) @handler)) @job
 (#mentions? "roadster")
 (#eq? @_trait "Worker")
 (#eq? @_verb "handle")
 (#set! name @_type))
