class Database:
    """Its methods that run statements are known by name: they take SQLAlchemy's and texts."""

    async def __aenter__(self):
        return self

    def connection(self):
        return self
