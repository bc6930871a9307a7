# https://docs.djangoproject.com/en/stable/topics/db/sql/#executing-custom-sql-directly
from django.db.backends.utils import CursorWrapper


class DatabaseWrapper:
    def cursor(self) -> CursorWrapper: ...


class ConnectionHandler:
    def __getitem__(self, alias) -> DatabaseWrapper: ...


connection: DatabaseWrapper = DatabaseWrapper()
connections: ConnectionHandler = ConnectionHandler()
