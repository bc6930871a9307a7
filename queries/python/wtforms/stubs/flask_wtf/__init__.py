# https://flask-wtf.readthedocs.io/en/1.2.x/
from flask_wtf.form import FlaskForm, Form
