; https://loco.rs/docs/processing/workers/ and https://loco.rs/docs/processing/task/

; #[async_trait] impl BackgroundWorker<Arguments> for Mail { async fn perform(&self, args: Arguments) … }: a job by the name of the type.
; Before 0.8: impl worker::Worker<Arguments> for Mail
((impl_item
   trait: (generic_type type: [(type_identifier) @_trait (scoped_type_identifier name: (type_identifier) @_trait)])
   type: (_) @_type
   body: (declaration_list (function_item name: (identifier) @_verb) @handler)) @job
 (#mentions? "loco_rs")
 (#any-of? @_trait "BackgroundWorker" "Worker")
 (#eq? @_verb "perform")
 (#set! name @_type))

; impl Task for Report { fn task(&self) -> TaskInfo { TaskInfo { name: "report".to_string(), … } } async fn run(&self, …) … }:
; what `cargo loco task report` runs
((impl_item
   trait: [(type_identifier) @_trait (scoped_type_identifier name: (type_identifier) @_trait)]
   body: (declaration_list
     (function_item
       name: (identifier) @_task
       body: (block
         (struct_expression
           body: (field_initializer_list
             (field_initializer field: (field_identifier) @_field value: (_) @name)))))
     (function_item name: (identifier) @_verb) @handler)) @command
 (#mentions? "loco_rs")
 (#eq? @_trait "Task")
 (#eq? @_task "task")
 (#eq? @_field "name")
 (#eq? @_verb "run"))
