from psycopg2.extensions import cursor


class DictCursor(cursor):
    pass


class RealDictCursor(cursor):
    pass


class NamedTupleCursor(cursor):
    pass
