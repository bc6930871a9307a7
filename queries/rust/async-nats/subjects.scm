; https://docs.rs/async-nats/latest/async_nats/struct.Client.html

; client.subscribe("users"), client.queue_subscribe("users", "workers")
((call_expression
   function: (field_expression value: (_) @receiver field: (field_identifier) @_verb)
   arguments: (arguments . (_) @topic)) @consumer
 (#mentions? "async_nats")
 (#any-of? @_verb "subscribe" "queue_subscribe"))

; client.publish("users", payload)
((call_expression
   function: (field_expression value: (_) @receiver field: (field_identifier) @_verb)
   arguments: (arguments . (_) @topic)) @publish
 (#mentions? "async_nats")
 (#any-of? @_verb "publish" "publish_with_headers" "publish_with_reply" "request"))
