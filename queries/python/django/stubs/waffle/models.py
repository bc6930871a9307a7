"""Flags of django-waffle 3 and 4."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models


class AbstractBaseFlag(models.Model):
    name = models.CharField(max_length=100, unique=True)
    everyone = models.BooleanField(null=True)
    percent = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    testing = models.BooleanField(default=False)
    superusers = models.BooleanField(default=True)
    staff = models.BooleanField(default=False)
    authenticated = models.BooleanField(default=False)
    languages = models.TextField(default="")
    rollout = models.BooleanField(default=False)
    note = models.TextField()
    created = models.DateTimeField()
    modified = models.DateTimeField()

    class Meta:
        abstract = True


class AbstractUserFlag(AbstractBaseFlag):
    groups = models.ManyToManyField(Group)
    users = models.ManyToManyField(settings.AUTH_USER_MODEL)

    class Meta:
        abstract = True


class Flag(AbstractUserFlag):
    pass


class Switch(models.Model):
    name = models.CharField(max_length=100, unique=True)
    active = models.BooleanField(default=False)
    note = models.TextField()
    created = models.DateTimeField()
    modified = models.DateTimeField()


class Sample(models.Model):
    name = models.CharField(max_length=100, unique=True)
    percent = models.DecimalField(max_digits=4, decimal_places=1)
    note = models.TextField()
    created = models.DateTimeField()
    modified = models.DateTimeField()
