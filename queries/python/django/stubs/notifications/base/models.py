"""Notifications of django-notifications-hq 1.8."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models


class NotificationQuerySet(models.QuerySet):
    def unread(self, include_deleted=False):
        return self.filter(unread=True, deleted=False)

    def read(self, include_deleted=False):
        return self.filter(unread=False, deleted=False)

    def unsent(self):
        return self.filter(emailed=False)

    def sent(self):
        return self.filter(emailed=True)

    def deleted(self):
        return self.filter(deleted=True)

    def active(self):
        return self.filter(deleted=False)

    def mark_all_as_read(self, recipient=None):
        return self.unread().update(unread=False)

    def mark_all_as_unread(self, recipient=None):
        return self.read().update(unread=True)

    def mark_all_as_deleted(self, recipient=None):
        return self.active().update(deleted=True)


class AbstractNotification(models.Model):
    level = models.CharField(max_length=20, default="info")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, related_name="notifications", on_delete=models.CASCADE)
    unread = models.BooleanField(default=True)
    actor_content_type = models.ForeignKey(ContentType, related_name="notify_actor", on_delete=models.CASCADE)
    actor_object_id = models.CharField(max_length=255)
    actor = GenericForeignKey("actor_content_type", "actor_object_id")
    verb = models.CharField(max_length=255)
    description = models.TextField(null=True)
    target_content_type = models.ForeignKey(ContentType, related_name="notify_target", null=True, on_delete=models.CASCADE)
    target_object_id = models.CharField(max_length=255, null=True)
    target = GenericForeignKey("target_content_type", "target_object_id")
    action_object_content_type = models.ForeignKey(
        ContentType, related_name="notify_action_object", null=True, on_delete=models.CASCADE
    )
    action_object_object_id = models.CharField(max_length=255, null=True)
    action_object = GenericForeignKey("action_object_content_type", "action_object_object_id")
    timestamp = models.DateTimeField()
    public = models.BooleanField(default=True)
    deleted = models.BooleanField(default=False)
    emailed = models.BooleanField(default=False)
    data = models.TextField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-timestamp"]

    def mark_as_read(self):
        if self.unread:
            self.unread = False
            self.save()

    def mark_as_unread(self):
        if not self.unread:
            self.unread = True
            self.save()
