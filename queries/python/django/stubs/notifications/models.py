"""Notifications of django-notifications-hq 1.8."""

from notifications.base.models import AbstractNotification


class Notification(AbstractNotification):
    class Meta:
        abstract = False
        ordering = ["-timestamp"]
