# https://marshmallow.readthedocs.io/en/stable/marshmallow.schema.html
from marshmallow.schema import MarshalResult, Schema, UnmarshalResult
