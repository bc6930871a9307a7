import __impact__


class BaseForm:
    def __init__(self, formdata=None, obj=None, prefix="", data=None, meta=None, **kwargs):
        self.process(formdata, obj, data)

    def process(self, formdata=None, obj=None, data=None, extra_filters=None, **kwargs):
        for name in __impact__.members(self):
            getattr(obj, name)

    def populate_obj(self, obj):
        for name in __impact__.members(self):
            setattr(obj, name, self.data)


class Form(BaseForm):
    pass
