import __impact__
from impact_drivers import cursors


class Cursor(cursors.Cursor):
    def execute(self, sql, *parameters):
        return __impact__.selected(sql)


class Connection(cursors.Connection):
    def cursor(self):
        return Cursor()

    def execute(self, sql, *parameters):
        return __impact__.selected(sql)


def connect(*args, **kwargs):
    return Connection()
