from impact_drivers import cursors


class Cursor(cursors.Cursor):
    pass


class DictCursor(Cursor):
    pass


class SSCursor(Cursor):
    pass
