class Database:
    async def __aenter__(self):
        return self

    def connection(self):
        return self
