; https://docs.rs/rdkafka/latest/rdkafka/consumer/trait.Consumer.html

; consumer.subscribe(&["users"])
((call_expression
   function: (field_expression value: (_) @receiver field: (field_identifier) @_verb)
   arguments: (arguments . (_) @topic)) @consumer
 (#mentions? "rdkafka")
 (#eq? @_verb "subscribe"))

; FutureRecord::to("users")
((call_expression
   function: (scoped_identifier name: (identifier) @_verb) @callee
   arguments: (arguments . (_) @topic)) @publish
 (#eq? @_verb "to")
 (#binds? @callee "rdkafka.producer.FutureRecord.to" "rdkafka.producer.BaseRecord.to"
   "rdkafka.producer.future_producer.FutureRecord.to" "rdkafka.producer.base_producer.BaseRecord.to"))
