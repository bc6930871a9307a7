"""A composed query is the text that it will be."""


def SQL(string):
    return string


def Identifier(*strings):
    return ".".join(strings)


def Placeholder(name=None):
    return "%s"


def Literal(wrapped):
    return "%s"
