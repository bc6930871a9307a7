import wtforms.form


class FlaskForm(wtforms.form.Form):
    def __init__(self, formdata=None, **kwargs):
        super().__init__(formdata=formdata, **kwargs)


class Form(FlaskForm):
    pass
