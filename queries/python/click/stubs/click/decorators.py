from click.core import Group


def command(name=None, cls=None, **attrs):
    pass


def group(name=None, cls=None, **attrs):
    return Group
