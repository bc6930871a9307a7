; https://tortoise.github.io/connections.html, https://tortoise.github.io/query.html

((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @sql
 (#any-of? @_verb "execute_query" "execute_insert" "execute_many" "execute_script")
 (#instance? @receiver "tortoise.backends.base.client.BaseDBAsyncClient")
 (#argument! text @sql 0 "query")
 (#argument! parameters @sql 1 "values"))

; no other library has a method of that name
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @sql
 (#eq? @_verb "execute_query_dict")
 (#argument! text @sql 0 "query")
 (#argument! parameters @sql 1 "values"))
