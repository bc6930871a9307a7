# 2.x answers with a pair of data and errors, 3.x with the data alone.
import __impact__
from collections import namedtuple

MarshalResult = namedtuple("MarshalResult", ["data", "errors"])
UnmarshalResult = namedtuple("UnmarshalResult", ["data", "errors"])


class Schema:
    def __init__(self, only=None, exclude=(), many=False, context=None, strict=None, **kwargs):
        self.many = many
        self.only = only

    def dump(self, obj, many=None, **kwargs):
        for hook in __impact__.decorated(self, "marshmallow.pre_dump", "marshmallow.decorators.pre_dump"):
            obj = hook(obj)
        __impact__.reads(obj)
        __impact__.read_fields(self, __impact__.rows(obj))
        data = __impact__.record(obj)
        for hook in __impact__.decorated(self, "marshmallow.post_dump", "marshmallow.decorators.post_dump"):
            hook(data)
        if self.strict:
            return data
        return MarshalResult(data, {})

    def dumps(self, obj, many=None, **kwargs):
        return self.dump(obj)

    def load(self, data, many=None, partial=None, **kwargs):
        self._before_load(data)
        loaded = self._after_load(data)
        if self.strict:
            return loaded
        return UnmarshalResult(loaded, {})

    def loads(self, data, many=None, partial=None, **kwargs):
        return self.load({})

    def validate(self, data, many=None, partial=None):
        self._before_load(data)
        return {}

    def _before_load(self, data):
        for hook in __impact__.decorated(self, "marshmallow.pre_load", "marshmallow.decorators.pre_load"):
            hook(data)
        for check in __impact__.decorated(
            self,
            "marshmallow.validates",
            "marshmallow.validates_schema",
            "marshmallow.decorators.validates",
            "marshmallow.decorators.validates_schema",
        ):
            check(data)

    def _after_load(self, loaded):
        result = loaded
        for hook in __impact__.decorated(self, "marshmallow.post_load", "marshmallow.decorators.post_load"):
            result = hook(loaded)
        return result
