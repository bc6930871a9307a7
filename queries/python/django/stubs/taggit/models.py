"""Tags of django-taggit 6."""

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models


class TagBase(models.Model):
    name = models.CharField(max_length=100, unique=True)
    slug = models.SlugField(max_length=100, unique=True)

    class Meta:
        abstract = True


class Tag(TagBase):
    pass


class TaggedItem(models.Model):
    tag = models.ForeignKey(Tag, related_name="taggit_taggeditem_items", on_delete=models.CASCADE)
    content_type = models.ForeignKey(
        ContentType, related_name="taggit_taggeditem_tagged_items", on_delete=models.CASCADE
    )
    object_id = models.IntegerField(db_index=True)
    content_object = GenericForeignKey()
