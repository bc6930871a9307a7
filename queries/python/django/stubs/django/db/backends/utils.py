# django/db/backends/utils.py
from __future__ import annotations

import __impact__


class CursorWrapper(__impact__.Cursor):
    def execute(self, sql, params=None): ...
    def executemany(self, sql, param_list): ...
    def __enter__(self) -> CursorWrapper: ...
