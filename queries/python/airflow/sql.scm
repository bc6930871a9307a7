; https://airflow.apache.org/docs/apache-airflow-providers-common-sql/stable/operators.html

; SQLExecuteQueryOperator(task_id="load", sql="insert …"); a text that ends in .sql names a file
((call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @sql
 (#mentions? "airflow")
 (#any-of? @_name "SQLExecuteQueryOperator" "PostgresOperator" "MySqlOperator" "SqliteOperator" "SnowflakeOperator"
   "MsSqlOperator" "OracleOperator" "RedshiftSQLOperator" "TrinoOperator" "BigQueryOperator"
   "BigQueryExecuteQueryOperator" "SQLColumnCheckOperator" "SQLTableCheckOperator" "SQLCheckOperator" "SqlSensor")
 (#binds? @callee "airflow.*")
 (#argument! text @sql "sql")
 (#argument! parameters @sql "parameters"))

; hook.get_records(sql), hook.run(sql)
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @sql
 (#mentions? "airflow")
 (#any-of? @_verb "get_records" "get_first" "get_pandas_df" "get_df" "run" "insert_rows" "bulk_dump")
 (#instance? @receiver "airflow.providers.postgres.hooks.postgres.PostgresHook" "airflow.providers.mysql.hooks.mysql.MySqlHook"
   "airflow.providers.common.sql.hooks.sql.DbApiHook" "airflow.providers.sqlite.hooks.sqlite.SqliteHook"
   "airflow.providers.snowflake.hooks.snowflake.SnowflakeHook" "airflow.hooks.postgres_hook.PostgresHook"
   "airflow.hooks.base.BaseHook")
 (#argument! text @sql 0 "sql")
 (#argument! parameters @sql "parameters"))
