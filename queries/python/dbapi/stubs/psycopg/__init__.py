import __impact__


class Cursor:
    def __enter__(self):
        return self

    def execute(self, query, params=None, *, prepare=None, binary=None):
        return __impact__.selected(query)


class ClientCursor(Cursor):
    pass


class ServerCursor(Cursor):
    pass


class AsyncCursor:
    async def __aenter__(self):
        return self

    async def execute(self, query, params=None, *, prepare=None, binary=None):
        return __impact__.selected(query)


class Connection:
    @classmethod
    def connect(cls, conninfo="", **kwargs):
        return cls()

    def __enter__(self):
        return self

    def cursor(self, name="", **kwargs):
        return Cursor()

    def execute(self, query, params=None, *, prepare=None, binary=False):
        return __impact__.selected(query)


class AsyncConnection:
    @classmethod
    async def connect(cls, conninfo="", **kwargs):
        return cls()

    async def __aenter__(self):
        return self

    def cursor(self, name="", **kwargs):
        return AsyncCursor()

    async def execute(self, query, params=None, *, prepare=None, binary=False):
        return __impact__.selected(query)


def connect(conninfo="", **kwargs):
    return Connection()
