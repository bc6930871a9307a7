; https://docs.rs/rdkafka/latest/rdkafka/consumer/trait.Consumer.html

; consumer.subscribe(&["users"])
((call_expression
   function: (field_expression value: (_) @receiver field: (field_identifier) @_verb)
   arguments: (arguments . (_) @topic)) @consumer
 (#mentions? "rdkafka")
 (#eq? @_verb "subscribe"))

; partitions.add_partition_offset("users", 0, Offset::Beginning), for consumer.assign(&partitions)
((call_expression
   function: (field_expression value: (_) @receiver field: (field_identifier) @_verb)
   arguments: (arguments . (_) @topic)) @consumer
 (#mentions? "rdkafka")
 (#mentions? "assign")
 (#any-of? @_verb "add_partition" "add_partition_offset" "add_partition_range"))

; FutureRecord::to("users")
((call_expression
   function: (scoped_identifier name: (identifier) @_verb) @callee
   arguments: (arguments . (_) @topic)) @publish
 (#eq? @_verb "to")
 (#binds? @callee "rdkafka.producer.FutureRecord.to" "rdkafka.producer.BaseRecord.to"
   "rdkafka.producer.future_producer.FutureRecord.to" "rdkafka.producer.base_producer.BaseRecord.to"))
