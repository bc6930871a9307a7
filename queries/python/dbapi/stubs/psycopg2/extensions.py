class cursor:
    def __enter__(self):
        return self

    def __iter__(self):
        return self


class connection:
    def __enter__(self):
        return self

    def cursor(self, name=None, cursor_factory=None, scrollable=None, withhold=False):
        return _cursor()


def _cursor():
    return cursor()


def _connect():
    return connection()
