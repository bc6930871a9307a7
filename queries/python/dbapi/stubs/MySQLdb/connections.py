from impact_drivers import cursors
from MySQLdb.cursors import Cursor


class Connection(cursors.Connection):
    def cursor(self, cursor=None):
        return Cursor()
