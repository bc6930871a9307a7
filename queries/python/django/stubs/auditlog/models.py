"""Entries of django-auditlog 3."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models


class LogEntry(models.Model):
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_pk = models.CharField(max_length=255)
    object_id = models.BigIntegerField(null=True)
    object_repr = models.TextField()
    serialized_data = models.JSONField(null=True)
    action = models.PositiveSmallIntegerField()
    changes_text = models.TextField()
    changes = models.JSONField(null=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    cid = models.CharField(max_length=255, null=True)
    remote_addr = models.GenericIPAddressField(null=True)
    remote_port = models.PositiveIntegerField(null=True)
    timestamp = models.DateTimeField(auto_now_add=True)
    additional_data = models.JSONField(null=True)
    actor_email = models.CharField(max_length=254, null=True)

    class Meta:
        ordering = ["-timestamp"]
