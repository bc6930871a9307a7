; PEP 249 cursors, and connections that execute themselves
; https://peps.python.org/pep-0249/#cursor-methods

((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @sql
 (#any-of? @_verb "execute" "executemany" "executescript" "execute_async" "stream" "copy_expert" "copy" "mogrify")
 (#instance? @receiver
   "sqlite3.Connection" "sqlite3.Cursor" "aiosqlite.Connection" "aiosqlite.Cursor" "aiosqlite.core.Connection"
   "psycopg.Connection" "psycopg.Cursor" "psycopg.AsyncConnection" "psycopg.AsyncCursor" "psycopg.ClientCursor" "psycopg.ServerCursor"
   "psycopg2.extensions.cursor" "psycopg2.extras.DictCursor" "psycopg2.extras.RealDictCursor" "psycopg2.extras.NamedTupleCursor"
   "aiopg.Cursor" "aiopg.cursor.Cursor"
   "MySQLdb.cursors.Cursor" "MySQLdb.cursors.DictCursor" "pymysql.cursors.Cursor" "pymysql.cursors.DictCursor"
   "mysql.connector.cursor.MySQLCursor" "aiomysql.Cursor" "aiomysql.cursors.Cursor"
   "oracledb.Cursor" "cx_Oracle.Cursor" "pyodbc.Cursor" "pyodbc.Connection" "pymssql.Cursor"
   "duckdb.DuckDBPyConnection" "snowflake.connector.cursor.SnowflakeCursor" "redshift_connector.Cursor"
   "clickhouse_driver.Client" "clickhouse_driver.dbapi.cursor.Cursor" "trino.dbapi.Cursor")
 (#argument! text @sql 0 "sql" "query" "operation" "statement" "sql_script" "command")
 (#argument! parameters @sql 1 "params" "parameters" "vars" "args" "seq_of_parameters" "vars_list" "params_seq"))

; A cursor or connection that is handed in, of whatever driver: what is executed is SQL if it reads like it
((call function: (attribute attribute: (identifier) @_verb)) @fragment
 (#any-of? @_verb "execute" "executemany" "executescript" "mogrify" "copy_expert" "copy" "exec_driver_sql"
   "fetch" "fetchrow" "fetchval" "fetch_all" "fetch_one" "fetch_val" "execute_many" "read_sql" "read_sql_query")
 (#set! certainty "likely")
 (#argument! text @fragment 0 "sql" "query" "operation" "statement"))

; execute_values(cursor, "insert into t values %s", rows)
((call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @sql
 (#any-of? @_name "execute_values" "execute_batch")
 (#binds? @callee "psycopg2.extras.execute_values" "psycopg2.extras.execute_batch")
 (#argument! text @sql 1 "sql")
 (#argument! parameters @sql 2 "argslist"))
