# https://wtforms.readthedocs.io/en/3.2.x/forms/
from wtforms.form import BaseForm, Form
