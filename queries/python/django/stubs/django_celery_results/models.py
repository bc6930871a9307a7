"""Results of django-celery-results 2."""

from django.db import models


class TaskResult(models.Model):
    task_id = models.CharField(max_length=255, unique=True)
    periodic_task_name = models.CharField(max_length=255, null=True)
    task_name = models.CharField(max_length=255, null=True)
    task_args = models.TextField(null=True)
    task_kwargs = models.TextField(null=True)
    status = models.CharField(max_length=50)
    worker = models.CharField(max_length=100, null=True)
    content_type = models.CharField(max_length=128)
    content_encoding = models.CharField(max_length=64)
    result = models.TextField(null=True)
    date_created = models.DateTimeField(auto_now_add=True)
    date_started = models.DateTimeField(null=True)
    date_done = models.DateTimeField(auto_now=True)
    traceback = models.TextField(null=True)
    meta = models.TextField(null=True)

    class Meta:
        ordering = ["-date_done"]
