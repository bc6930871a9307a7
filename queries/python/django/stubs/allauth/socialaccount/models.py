"""Accounts elsewhere of django-allauth."""

from django.conf import settings
from django.contrib.sites.models import Site
from django.db import models


class SocialApp(models.Model):
    provider = models.CharField(max_length=30)
    provider_id = models.CharField(max_length=200)
    name = models.CharField(max_length=40)
    client_id = models.CharField(max_length=191)
    secret = models.CharField(max_length=191)
    key = models.CharField(max_length=191)
    settings = models.JSONField(default=dict)
    sites = models.ManyToManyField(Site)


class SocialAccount(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    provider = models.CharField(max_length=200)
    uid = models.CharField(max_length=191)
    last_login = models.DateTimeField(auto_now=True)
    date_joined = models.DateTimeField(auto_now_add=True)
    extra_data = models.JSONField(default=dict)


class SocialToken(models.Model):
    app = models.ForeignKey(SocialApp, on_delete=models.SET_NULL, null=True)
    account = models.ForeignKey(SocialAccount, on_delete=models.CASCADE)
    token = models.TextField()
    token_secret = models.TextField()
    expires_at = models.DateTimeField(null=True)
