; https://docs.djangoproject.com/en/stable/topics/db/sql/

; with connection.cursor() as cursor: cursor.execute(sql, params)
((call function: (attribute object: (_) @receiver attribute: (identifier) @_verb)) @sql
 (#any-of? @_verb "execute" "executemany")
 (#instance? @receiver "django.db.backends.utils.CursorWrapper" "django.db.backends.base.schema.BaseDatabaseSchemaEditor")
 (#argument! text @sql 0 "sql")
 (#argument! parameters @sql 1 "params" "param_list"))

; RawSQL("select …", params)
((call function: [(identifier) @_name (attribute attribute: (identifier) @_name)] @callee) @fragment
 (#eq? @_name "RawSQL")
 (#binds? @callee "django.db.models.expressions.RawSQL" "django.db.models.RawSQL")
 (#argument! text @fragment 0 "sql")
 (#argument! parameters @fragment 1 "params"))
