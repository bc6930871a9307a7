; https://kafka-python.readthedocs.io/en/master/usage.html
; https://docs.confluent.io/platform/current/clients/confluent-kafka-python/html/index.html

; producer.send("users", value)
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @publish
 (#mentions? "kafka" "aiokafka" "confluent_kafka" "faust")
 (#any-of? @_verb "send" "send_and_wait" "produce")
 (#instance? @receiver "kafka.KafkaProducer" "kafka.producer.KafkaProducer" "aiokafka.AIOKafkaProducer"
   "confluent_kafka.Producer" "confluent_kafka.SerializingProducer")
 (#argument! topic @publish 0 "topic")
 (#argument! value @publish 1 "value"))

; KafkaConsumer("users", …)
((call
   function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee
   arguments: (argument_list [(string) (concatenated_string) (identifier) (attribute)] @topic)) @consumer
 (#mentions? "kafka" "aiokafka" "confluent_kafka" "faust")
 (#any-of? @_name "KafkaConsumer" "AIOKafkaConsumer")
 (#binds? @callee "kafka.KafkaConsumer" "kafka.consumer.KafkaConsumer" "aiokafka.AIOKafkaConsumer"))

; consumer.subscribe(["users"])
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @consumer
 (#mentions? "kafka" "aiokafka" "confluent_kafka" "faust")
 (#eq? @_verb "subscribe")
 (#instance? @receiver "kafka.KafkaConsumer" "kafka.consumer.KafkaConsumer" "aiokafka.AIOKafkaConsumer" "confluent_kafka.Consumer"
   "confluent_kafka.DeserializingConsumer")
 (#argument! topic @consumer 0 "topics"))

; @app.agent(topic) of faust
((decorated_definition
   (decorator (call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @consumer)
   definition: (_) @handler)
 (#mentions? "kafka" "aiokafka" "confluent_kafka" "faust")
 (#eq? @_verb "agent")
 (#instance? @receiver "faust.App" "faust.app.base.App")
 (#argument! topic @consumer 0 "channel"))
