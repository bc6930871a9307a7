; https://www.encode.io/databases/database_queries/

((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @sql
 (#any-of? @_verb "execute" "execute_many" "fetch_all" "fetch_one" "fetch_val" "iterate")
 (#instance? @receiver "databases.Database" "databases.core.Database" "databases.core.Connection")
 (#argument! text @sql 0 "query")
 (#argument! parameters @sql 1 "values"))
