; https://www.psycopg.org/docs/sql.html

; sql.SQL("select {} from t")
((call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @fragment
 (#eq? @_name "SQL")
 (#binds? @callee "psycopg2.sql.SQL" "psycopg.sql.SQL")
 (#argument! text @fragment 0 "string" "obj"))

; sql.Identifier("email")
((call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @fragment
 (#eq? @_name "Identifier")
 (#binds? @callee "psycopg2.sql.Identifier" "psycopg.sql.Identifier")
 (#argument! value @fragment 0))
