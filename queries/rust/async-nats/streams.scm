; https://docs.rs/async-nats/latest/async_nats/jetstream/index.html

; consumer.messages(), consumer.fetch(), consumer.batch(), consumer.sequence(20): messages of a consumer of JetStream
((call_expression
   function: (field_expression value: (_) @receiver field: (field_identifier) @_verb)
   arguments: (arguments)) @consumer
 (#mentions? "jetstream")
 (#any-of? @_verb "messages" "fetch" "batch" "sequence"))

; stream.get_consumer("workers"), stream.get_or_create_consumer("workers", config): the consumer's own name
((call_expression
   function: (field_expression value: (_) @receiver field: (field_identifier) @_verb)
   arguments: (arguments . (_) @name)) @consumer
 (#mentions? "jetstream")
 (#any-of? @_verb "get_consumer" "get_or_create_consumer" "get_consumer_from_stream"))

; pull::Config { durable_name: Some("workers".into()), .. }
((field_initializer
   field: (field_identifier) @_field
   value: (call_expression function: (identifier) @_some arguments: (arguments . (_) @name))) @consumer
 (#mentions? "jetstream")
 (#eq? @_field "durable_name")
 (#eq? @_some "Some"))

; pull::Config { filter_subject: "users.>".into(), .. }
((field_initializer field: (field_identifier) @_field value: (_) @topic) @consumer
 (#mentions? "jetstream")
 (#any-of? @_field "filter_subject" "filter_subjects"))
