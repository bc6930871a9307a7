; https://docs.rs/redis/latest/redis/struct.PubSub.html

; pubsub.subscribe("users"), pubsub.psubscribe("users.*")
((call_expression
   function: (field_expression value: (_) @receiver field: (field_identifier) @_verb)
   arguments: (arguments . (_) @topic)) @consumer
 (#mentions? "redis" "fred")
 (#any-of? @_verb "subscribe" "psubscribe" "ssubscribe"))

; connection.publish("users", message)
((call_expression
   function: (field_expression value: (_) @receiver field: (field_identifier) @_verb)
   arguments: (arguments . (_) @topic . (_) @value)) @publish
 (#mentions? "redis" "fred")
 (#any-of? @_verb "publish" "spublish"))

; https://docs.rs/redis/latest/redis/streams/index.html

; connection.xread_options(&["users"], &[">"], &options)
((call_expression
   function: (field_expression value: (_) @receiver field: (field_identifier) @_verb)
   arguments: (arguments . (_) @topic . (_))) @consumer
 (#mentions? "redis")
 (#any-of? @_verb "xread" "xread_options"))

; connection.xadd("users", "*", &[("id", id)])
((call_expression
   function: (field_expression value: (_) @receiver field: (field_identifier) @_verb)
   arguments: (arguments . (_) @topic . (_) . (_))) @publish
 (#mentions? "redis")
 (#any-of? @_verb "xadd" "xadd_map" "xadd_maxlen"))
