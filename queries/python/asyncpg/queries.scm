; https://magicstack.github.io/asyncpg/current/api/index.html

((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @sql
 (#any-of? @_verb "execute" "executemany" "fetch" "fetchrow" "fetchval" "fetchmany" "cursor" "prepare" "copy_from_query")
 (#instance? @receiver "asyncpg.Connection" "asyncpg.connection.Connection" "asyncpg.Pool" "asyncpg.pool.Pool"
   "asyncpg.pool.PoolConnectionProxy")
 (#argument! text @sql 0 "query" "command")
 (#argument! parameters @sql 1 "args")
 (#set! dialect "postgres"))
