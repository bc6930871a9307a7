import __impact__
from impact_drivers.cursors import Connection as _Connection, Cursor as _Cursor


class Cursor(_Cursor):
    def execute(self, sql, parameters=()):
        return __impact__.selected(sql)

    def executemany(self, sql, parameters):
        return self


class Connection(_Connection):
    def cursor(self, factory=Cursor):
        return Cursor()

    def execute(self, sql, parameters=()):
        return __impact__.selected(sql)

    def executemany(self, sql, parameters):
        return Cursor()


def connect(database, **kwargs):
    return Connection()
