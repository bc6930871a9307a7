"""Versions of django-reversion 4 to 6."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models


class Revision(models.Model):
    date_created = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    comment = models.TextField()

    class Meta:
        ordering = ["-pk"]


class Version(models.Model):
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE)
    object_id = models.CharField(max_length=191)
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    db = models.CharField(max_length=191)
    format = models.CharField(max_length=255)
    serialized_data = models.TextField()
    object_repr = models.TextField()
    object = GenericForeignKey(ct_field="content_type", fk_field="object_id")

    class Meta:
        ordering = ["-pk"]
