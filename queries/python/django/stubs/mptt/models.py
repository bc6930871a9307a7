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
