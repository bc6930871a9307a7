# https://aminalaee.dev/sqladmin/
from sqladmin.models import ModelView
