class Cursor:
    def __enter__(self):
        return self


class DictCursor(Cursor):
    pass


class SSCursor(Cursor):
    pass
