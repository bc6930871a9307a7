from psycopg2.extensions import _connect


class AbstractConnectionPool:
    def getconn(self, key=None):
        return _connect()


class SimpleConnectionPool(AbstractConnectionPool):
    pass


class ThreadedConnectionPool(AbstractConnectionPool):
    pass
