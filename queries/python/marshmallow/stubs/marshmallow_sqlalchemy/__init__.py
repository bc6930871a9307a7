# https://marshmallow-sqlalchemy.readthedocs.io/en/latest/api_reference.html
from marshmallow_sqlalchemy.convert import column2field, field_for, fields_for_model, property2field
from marshmallow_sqlalchemy.schema import ModelSchema, SQLAlchemyAutoSchema, SQLAlchemySchema, TableSchema
