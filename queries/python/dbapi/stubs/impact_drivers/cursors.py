"""PEP 249: a cursor runs statements and fetches the rows of the last one. https://peps.python.org/pep-0249/"""
import __impact__


class Cursor(__impact__.Cursor):
    def __enter__(self):
        return self

    async def __aenter__(self):
        return self


class Connection:
    def __enter__(self):
        return self

    async def __aenter__(self):
        return self


class Pool:
    async def __aenter__(self):
        return self
