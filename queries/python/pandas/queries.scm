; https://pandas.pydata.org/docs/reference/api/pandas.read_sql.html

((call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @sql
 (#any-of? @_name "read_sql" "read_sql_query" "read_database" "read_database_uri")
 (#binds? @callee "pandas.read_sql" "pandas.read_sql_query" "pandas.io.sql.read_sql" "pandas.io.sql.read_sql_query"
   "polars.read_database" "polars.read_database_uri" "geopandas.read_postgis" "dask.dataframe.read_sql_query")
 (#argument! text @sql 0 "sql" "query")
 (#argument! parameters @sql "params"))
