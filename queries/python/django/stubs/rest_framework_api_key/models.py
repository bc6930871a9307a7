"""Keys of djangorestframework-api-key 2 and 3."""

from django.db import models


class AbstractAPIKey(models.Model):
    id = models.CharField(max_length=150, primary_key=True)
    prefix = models.CharField(max_length=8, unique=True)
    hashed_key = models.CharField(max_length=150)
    created = models.DateTimeField(auto_now_add=True)
    name = models.CharField(max_length=50, default=None)
    revoked = models.BooleanField(default=False)
    expiry_date = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        ordering = ["-created"]


class APIKey(AbstractAPIKey):
    pass
