class Cursor:
    def execute(self, sql, parameters=()):
        return self

    def executemany(self, sql, parameters):
        return self


class Connection:
    def __enter__(self):
        return self

    def cursor(self, factory=Cursor):
        return Cursor()

    def execute(self, sql, parameters=()):
        return Cursor()

    def executemany(self, sql, parameters):
        return Cursor()


def connect(database, **kwargs):
    return Connection()
