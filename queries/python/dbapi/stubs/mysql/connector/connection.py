from impact_drivers import cursors
from mysql.connector.cursor import MySQLCursor


class MySQLConnection(cursors.Connection):
    def cursor(self, buffered=None, raw=None, prepared=None, cursor_class=None, dictionary=None, named_tuple=None):
        return MySQLCursor()
