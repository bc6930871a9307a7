import __impact__


class Connection:
    async def __aenter__(self):
        return self

    async def fetch(self, query, *args, timeout=None, record_class=None):
        return __impact__.selected(query)

    async def fetchrow(self, query, *args, timeout=None, record_class=None):
        return __impact__.selected(query)

    def cursor(self, query, *args, prefetch=None, timeout=None, record_class=None):
        return __impact__.selected(query)

    async def prepare(self, query, *, name=None, timeout=None, record_class=None):
        return __impact__.selected(query)


class Pool:
    async def __aenter__(self):
        return self

    async def fetch(self, query, *args, timeout=None, record_class=None):
        return __impact__.selected(query)

    async def fetchrow(self, query, *args, timeout=None, record_class=None):
        return __impact__.selected(query)

    def acquire(self, *, timeout=None):
        return Connection()


async def connect(dsn=None, **kwargs):
    return Connection()


async def create_pool(dsn=None, **kwargs):
    return Pool()
