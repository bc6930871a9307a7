; https://docs.sqlalchemy.org/en/20/core/sqlelement.html#sqlalchemy.sql.expression.text

; text("select …"): a statement, or a part of one
((call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @fragment
 (#eq? @_name "text")
 (#binds? @callee "sqlalchemy.text" "sqlalchemy.sql.text" "sqlalchemy.sql.expression.text")
 (#argument! text @fragment 0 "text"))

; connection.exec_driver_sql("select …")
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @sql
 (#eq? @_verb "exec_driver_sql")
 (#argument! text @sql 0 "statement")
 (#argument! parameters @sql 1 "parameters"))
