; https://redis.readthedocs.io/en/stable/advanced_features.html#publish-subscribe

; client.publish("users", payload)
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @publish
 (#mentions? "redis" "pubsub")
 (#eq? @_verb "publish")
 (#instance? @receiver "redis.Redis" "redis.StrictRedis" "redis.client.Redis" "redis.asyncio.Redis" "redis.asyncio.client.Redis")
 (#argument! topic @publish 0 "channel")
 (#argument! value @publish 1 "message"))

; pubsub.subscribe("users", users=handle)
((call
   function: (attribute object: (_) @receiver attribute: (identifier) @_verb)
   arguments: (argument_list (string) @topic)) @consumer
 (#mentions? "redis" "pubsub")
 (#any-of? @_verb "subscribe" "psubscribe")
 (#instance? @receiver "redis.client.PubSub" "redis.asyncio.client.PubSub"))

; client.xadd("users", fields)
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @publish
 (#mentions? "redis" "pubsub")
 (#eq? @_verb "xadd")
 (#instance? @receiver "redis.Redis" "redis.StrictRedis" "redis.client.Redis" "redis.asyncio.Redis" "redis.asyncio.client.Redis")
 (#argument! topic @publish 0 "name")
 (#argument! value @publish 1 "fields"))
