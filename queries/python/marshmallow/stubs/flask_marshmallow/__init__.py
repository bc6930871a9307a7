# https://flask-marshmallow.readthedocs.io/en/latest/


class Marshmallow:
    from marshmallow.schema import Schema
    from marshmallow_sqlalchemy.schema import ModelSchema, SQLAlchemyAutoSchema, SQLAlchemySchema, TableSchema

    def __init__(self, app=None):
        pass
