; https://docs.rs/lapin/latest/lapin/struct.Channel.html

; channel.basic_consume("users", "worker", …)
((call_expression
   function: (field_expression value: (_) @receiver field: (field_identifier) @_verb)
   arguments: (arguments . (_) @topic)) @consumer
 (#mentions? "lapin")
 (#eq? @_verb "basic_consume"))

; channel.basic_publish("exchange", "users", …)
((call_expression
   function: (field_expression value: (_) @receiver field: (field_identifier) @_verb)
   arguments: (arguments . (_) . (_) @topic)) @publish
 (#mentions? "lapin")
 (#eq? @_verb "basic_publish"))
