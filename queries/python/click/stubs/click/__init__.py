from click.core import Command, Group
from click.decorators import command, group
