from MySQLdb.cursors import Cursor


class Connection:
    def __enter__(self):
        return self

    def cursor(self, cursor=None):
        return Cursor()
