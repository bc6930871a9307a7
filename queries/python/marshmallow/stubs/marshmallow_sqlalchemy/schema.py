import __impact__
from marshmallow.schema import Schema, UnmarshalResult


class SQLAlchemySchema(Schema):
    def __init_subclass__(cls):
        options = cls.Meta
        for names in (options.fields, options.exclude, options.load_only, options.dump_only, options.additional):
            __impact__.named(options.model, names)
        # Fields that are declared by hand, and what checks are for.
        __impact__.named(options.model, __impact__.members(cls))
        __impact__.named(options.model, __impact__.decorating(cls, "marshmallow.validates", "marshmallow.decorators.validates"))

    def __init__(self, *args, session=None, instance=None, transient=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance = instance

    def load(self, data, session=None, instance=None, transient=False, *args, **kwargs):
        self.instance = instance
        self._before_load(data)
        # What is loaded has the model's fields as its keys.
        self._before_load(__impact__.record(self.Meta.model()))
        row = instance or self.instance or self.Meta.model()
        __impact__.writes(row)
        loaded = self._after_load(row)
        if self.strict:
            return loaded
        return UnmarshalResult(loaded, {})

    def get_instance(self):
        return self.instance


class SQLAlchemyAutoSchema(SQLAlchemySchema):
    pass


# Gone since 0.24. Its fields are the model's columns and its relations, too.
class ModelSchema(SQLAlchemyAutoSchema):
    def dump(self, obj, many=None, **kwargs):
        __impact__.relations(obj, self.only)
        return super().dump(obj)


class TableSchema(Schema):
    pass
