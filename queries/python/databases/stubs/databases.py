import __impact__


class Database:
    async def __aenter__(self):
        return self

    def connection(self):
        return self

    async def fetch_all(self, query, values=None):
        return __impact__.selected(query)

    async def fetch_one(self, query, values=None):
        return __impact__.selected(query)

    async def iterate(self, query, values=None):
        return __impact__.selected(query)
