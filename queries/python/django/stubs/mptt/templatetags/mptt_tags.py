"""Functions of django-mptt that templates share."""

from mptt.utils import get_cached_trees

cache_tree_children = get_cached_trees
