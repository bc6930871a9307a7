from impact_drivers import cursors


class MySQLCursor(cursors.Cursor):
    pass


class MySQLCursorDict(MySQLCursor):
    pass
