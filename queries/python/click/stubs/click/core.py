"""https://click.palletsprojects.com/en/stable/api/#commands"""


class Command:
    pass


class Group(Command):
    """A function under such a decorator is a group, and its own decorators make more."""

    def group(self, *args, **kwargs):
        return Group
