class Connection:
    async def __aenter__(self):
        return self


class Pool:
    async def __aenter__(self):
        return self

    def acquire(self, *, timeout=None):
        return Connection()


async def connect(dsn=None, **kwargs):
    return Connection()


async def create_pool(dsn=None, **kwargs):
    return Pool()
