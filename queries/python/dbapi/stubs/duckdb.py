import __impact__
from impact_drivers import cursors


class DuckDBPyConnection(cursors.Cursor):
    def execute(self, query, parameters=None):
        return __impact__.selected(query)

    def sql(self, query, alias="", params=None):
        return __impact__.selected(query)

    def cursor(self):
        return self


def connect(database=":memory:", **kwargs):
    return DuckDBPyConnection()


def sql(query, **kwargs):
    return __impact__.selected(query)
