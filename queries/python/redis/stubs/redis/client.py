class PubSub:
    pass


class Redis:
    @classmethod
    def from_url(cls, url, **kwargs):
        return cls()

    def pubsub(self, **kwargs):
        return PubSub()


class StrictRedis(Redis):
    pass
