import __impact__


class BaseForm:
    def __init__(self, formdata=None, obj=None, prefix="", data=None, meta=None, **kwargs):
        self.process(formdata, obj, data)

    def process(self, formdata=None, obj=None, data=None, extra_filters=None, **kwargs):
        __impact__.read_fields(self, obj)

    def populate_obj(self, obj):
        __impact__.write_fields(self, obj)


class Form(BaseForm):
    pass
