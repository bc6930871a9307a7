from click import Command, Group, command, group
