from MySQLdb.connections import Connection


def connect(*args, **kwargs):
    return Connection()
