"""Tokens of django-rest-knox 4.2 to 5."""

from django.conf import settings
from django.db import models


class AbstractAuthToken(models.Model):
    digest = models.CharField(max_length=128, primary_key=True)
    token_key = models.CharField(max_length=25)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, related_name="auth_token_set", on_delete=models.CASCADE)
    created = models.DateTimeField(auto_now_add=True)
    expiry = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class AuthToken(AbstractAuthToken):
    class Meta:
        db_table = "knox_authtoken"
