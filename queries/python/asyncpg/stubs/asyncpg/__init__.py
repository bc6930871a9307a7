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

    async def copy_records_to_table(self, table_name, *, records, columns=None, schema_name=None, timeout=None, where=None):
        __impact__.copied(table_name, columns, "from stdin")

    async def copy_to_table(self, table_name, *, source, columns=None, schema_name=None, timeout=None, **options):
        __impact__.copied(table_name, columns, "from stdin")

    async def copy_from_table(self, table_name, *, output, columns=None, schema_name=None, timeout=None, **options):
        __impact__.copied(table_name, columns, "to stdout")


class Pool:
    async def __aenter__(self):
        return self

    async def fetch(self, query, *args, timeout=None, record_class=None):
        return __impact__.selected(query)

    async def fetchrow(self, query, *args, timeout=None, record_class=None):
        return __impact__.selected(query)

    def acquire(self, *, timeout=None):
        return Connection()

    async def copy_records_to_table(self, table_name, *, records, columns=None, schema_name=None, timeout=None, where=None):
        __impact__.copied(table_name, columns, "from stdin")

    async def copy_to_table(self, table_name, *, source, columns=None, schema_name=None, timeout=None, **options):
        __impact__.copied(table_name, columns, "from stdin")

    async def copy_from_table(self, table_name, *, output, columns=None, schema_name=None, timeout=None, **options):
        __impact__.copied(table_name, columns, "to stdout")


async def connect(dsn=None, **kwargs):
    return Connection()


async def create_pool(dsn=None, **kwargs):
    return Pool()
