"""Trees of django-mptt: each row of a tree has these columns."""

from django.db import models


class TreeForeignKey(models.ForeignKey):
    pass


class TreeOneToOneField(models.OneToOneField):
    pass


class TreeManyToManyField(models.ManyToManyField):
    pass


class MPTTModel(models.Model):
    lft = models.PositiveIntegerField(editable=False)
    rght = models.PositiveIntegerField(editable=False)
    tree_id = models.PositiveIntegerField(editable=False)
    level = models.PositiveIntegerField(editable=False)

    class Meta:
        abstract = True

    def get_ancestors(self, ascending=False, include_self=False):
        return self.__class__._default_manager.filter(lft__lt=self.lft, rght__gt=self.rght, tree_id=self.tree_id)

    def get_descendants(self, include_self=False):
        return self.__class__._default_manager.filter(lft__gt=self.lft, lft__lt=self.rght, tree_id=self.tree_id)

    def get_family(self):
        return self.__class__._default_manager.filter(lft__lt=self.lft, rght__gt=self.rght, tree_id=self.tree_id)

    def get_children(self):
        return self.__class__._default_manager.filter(parent=self)

    def get_siblings(self, include_self=False):
        return self.__class__._default_manager.filter(parent=self.parent)

    def get_root(self):
        return self.__class__._default_manager.get(tree_id=self.tree_id)
