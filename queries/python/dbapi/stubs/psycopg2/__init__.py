from psycopg2.extensions import _connect


def connect(dsn=None, connection_factory=None, cursor_factory=None, **kwargs):
    return _connect()
