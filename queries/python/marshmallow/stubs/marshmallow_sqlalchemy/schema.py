import __impact__
from marshmallow.schema import Schema, UnmarshalResult


class SQLAlchemySchema(Schema):
    def __init__(self, *args, session=None, instance=None, transient=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance = instance

    def load(self, data, session=None, instance=None, transient=False, *args, **kwargs):
        self.instance = instance
        self._before_load(data)
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


class ModelSchema(SQLAlchemyAutoSchema):
    pass


class TableSchema(Schema):
    pass
