import __impact__
from impact_drivers.cursors import Connection as _Connection, Cursor as _Cursor


class Cursor(_Cursor):
    def execute(self, query, params=None, *, prepare=None, binary=None):
        return __impact__.selected(query)


class ClientCursor(Cursor):
    pass


class ServerCursor(Cursor):
    pass


class AsyncCursor(_Cursor):
    async def execute(self, query, params=None, *, prepare=None, binary=None):
        return __impact__.selected(query)


class Connection(_Connection):
    @classmethod
    def connect(cls, conninfo="", **kwargs):
        return cls()

    def cursor(self, name="", **kwargs):
        return Cursor()

    def execute(self, query, params=None, *, prepare=None, binary=False):
        return __impact__.selected(query)


class AsyncConnection(_Connection):
    @classmethod
    async def connect(cls, conninfo="", **kwargs):
        return cls()

    def cursor(self, name="", **kwargs):
        return AsyncCursor()

    async def execute(self, query, params=None, *, prepare=None, binary=False):
        return __impact__.selected(query)


def connect(conninfo="", **kwargs):
    return Connection()
