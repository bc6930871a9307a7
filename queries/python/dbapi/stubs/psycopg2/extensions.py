import __impact__
from impact_drivers.cursors import Connection, Cursor


class cursor(Cursor):
    def __iter__(self):
        return self

    def copy_from(self, file, table, sep="", null="", size=0, columns=None):
        __impact__.copied(table, columns, "from stdin")

    def copy_to(self, file, table, sep="", null="", columns=None):
        __impact__.copied(table, columns, "to stdout")


class connection(Connection):
    def cursor(self, name=None, cursor_factory=None, scrollable=None, withhold=False):
        return _cursor()


def _cursor():
    return cursor()


def _connect():
    return connection()
