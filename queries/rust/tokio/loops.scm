; https://docs.rs/tokio/latest/tokio/task/fn.spawn.html

; tokio::spawn(async move { loop { interval.tick().await; … } }): work in the background, by the name of the code around it
((call_expression
   function: (scoped_identifier name: (identifier) @_verb) @callee
   arguments: (arguments (async_block (block [(expression_statement (loop_expression)) (loop_expression)])))) @job
 (#eq? @_verb "spawn")
 (#binds? @callee "tokio.spawn" "tokio.task.spawn" "actix_web.rt.spawn" "rocket.tokio.spawn"))
