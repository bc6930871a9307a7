"""Settings that django-constance 3 and 4 keep in a table."""

from django.db import models


class Constance(models.Model):
    key = models.CharField(max_length=255, unique=True)
    value = models.TextField(null=True)
