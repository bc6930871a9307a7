from impact_drivers.cursors import Connection, Cursor


class cursor(Cursor):
    def __iter__(self):
        return self


class connection(Connection):
    def cursor(self, name=None, cursor_factory=None, scrollable=None, withhold=False):
        return _cursor()


def _cursor():
    return cursor()


def _connect():
    return connection()
