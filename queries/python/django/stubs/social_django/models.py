"""Accounts of other sites of social-auth-app-django 5 to 8."""

from django.conf import settings
from django.db import models


class AbstractUserSocialAuth(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, related_name="social_auth", on_delete=models.CASCADE)
    provider = models.CharField(max_length=32)
    uid = models.CharField(max_length=255)
    extra_data = models.JSONField(default=dict)
    created = models.DateTimeField(auto_now_add=True)
    modified = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class UserSocialAuth(AbstractUserSocialAuth):
    class Meta:
        db_table = "social_auth_usersocialauth"


class Nonce(models.Model):
    server_url = models.CharField(max_length=255)
    timestamp = models.IntegerField()
    salt = models.CharField(max_length=65)

    class Meta:
        db_table = "social_auth_nonce"


class Association(models.Model):
    server_url = models.CharField(max_length=255)
    handle = models.CharField(max_length=255)
    secret = models.CharField(max_length=255)
    issued = models.IntegerField()
    lifetime = models.IntegerField()
    assoc_type = models.CharField(max_length=64)

    class Meta:
        db_table = "social_auth_association"


class Code(models.Model):
    email = models.EmailField(max_length=254)
    code = models.CharField(max_length=32)
    verified = models.BooleanField(default=False)
    timestamp = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "social_auth_code"


class Partial(models.Model):
    token = models.CharField(max_length=32)
    next_step = models.PositiveSmallIntegerField(default=0)
    backend = models.CharField(max_length=32)
    data = models.JSONField(default=dict)
    timestamp = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "social_auth_partial"
