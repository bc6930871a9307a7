; Jobs of a scheduler of the program's own: impl Job for Cleanup { async fn run(&self) … }, by the name of the type
((impl_item
   trait: [
     (type_identifier) @_trait
     (scoped_type_identifier name: (type_identifier) @_trait)
     (generic_type type: [(type_identifier) @_trait (scoped_type_identifier name: (type_identifier) @_trait)])
   ] @receiver
   type: (_) @_type
   body: (declaration_list (function_item name: (identifier) @_verb) @handler)) @job
 (#match? @_trait "(Job|CronTask|ScheduledTask|BackgroundTask|PeriodicTask)$")
 (#any-of? @_verb "run" "run_once" "perform" "execute" "process" "tick" "run_job")
 (#set! name @_type))
