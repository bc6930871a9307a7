; https://pika.readthedocs.io/en/stable/modules/channel.html

; channel.basic_publish(exchange="", routing_key="users", body=body)
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @publish
 (#eq? @_verb "basic_publish")
 (#argument! topic @publish 1 "routing_key")
 (#argument! value @publish 2 "body"))

; channel.basic_consume(queue="users", on_message_callback=handle)
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @consumer
 (#eq? @_verb "basic_consume")
 (#argument! topic @consumer 0 "queue")
 (#argument! handler @consumer 1 "on_message_callback" "consumer_callback"))
