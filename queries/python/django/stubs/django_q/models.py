"""Tasks and schedules of django-q2 1.6 and later."""

from django.db import models


class Task(models.Model):
    id = models.CharField(max_length=32, primary_key=True)
    name = models.CharField(max_length=100)
    func = models.CharField(max_length=256)
    hook = models.CharField(max_length=256, null=True)
    args = models.TextField(null=True)
    kwargs = models.TextField(null=True)
    result = models.TextField(null=True)
    group = models.CharField(max_length=100, null=True)
    cluster = models.CharField(max_length=100, null=True)
    started = models.DateTimeField()
    stopped = models.DateTimeField()
    success = models.BooleanField(default=True)
    attempt_count = models.IntegerField(default=0)

    class Meta:
        ordering = ["-stopped"]


class Success(Task):
    class Meta:
        proxy = True
        ordering = ["-stopped"]


class Failure(Task):
    class Meta:
        proxy = True
        ordering = ["-stopped"]


class Schedule(models.Model):
    name = models.CharField(max_length=100, null=True)
    func = models.CharField(max_length=256)
    hook = models.CharField(max_length=256, null=True)
    args = models.TextField(null=True)
    kwargs = models.TextField(null=True)
    schedule_type = models.CharField(max_length=2, default="O")
    minutes = models.PositiveSmallIntegerField(null=True)
    repeats = models.IntegerField(default=-1)
    next_run = models.DateTimeField(null=True)
    cron = models.CharField(max_length=100, null=True)
    task = models.CharField(max_length=100, null=True)
    cluster = models.CharField(max_length=100, null=True)
    intended_date_kwarg = models.CharField(max_length=100, null=True)

    class Meta:
        ordering = ["next_run"]


class OrmQ(models.Model):
    key = models.CharField(max_length=100)
    payload = models.TextField()
    lock = models.DateTimeField(null=True)
