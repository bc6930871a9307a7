from pymysql.connections import Connection


def connect(*args, **kwargs):
    return Connection()
