import __impact__


def field_for(model, property_name, **kwargs):
    getattr(model, property_name)


def fields_for_model(model, **kwargs):
    __impact__.reads(model())


def property2field(prop, **kwargs):
    pass


def column2field(column, **kwargs):
    pass
