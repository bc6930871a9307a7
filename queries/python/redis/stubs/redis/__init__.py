from redis.client import Redis, StrictRedis


def from_url(url, **kwargs):
    return Redis()
