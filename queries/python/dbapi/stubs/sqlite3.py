import __impact__


class Cursor:
    def execute(self, sql, parameters=()):
        return __impact__.selected(sql)

    def executemany(self, sql, parameters):
        return self


class Connection:
    def __enter__(self):
        return self

    def cursor(self, factory=Cursor):
        return Cursor()

    def execute(self, sql, parameters=()):
        return __impact__.selected(sql)

    def executemany(self, sql, parameters):
        return Cursor()


def connect(database, **kwargs):
    return Connection()
