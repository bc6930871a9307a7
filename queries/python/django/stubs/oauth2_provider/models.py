"""Applications and tokens of django-oauth-toolkit 3."""

from django.conf import settings
from django.db import models


class AbstractApplication(models.Model):
    id = models.BigAutoField(primary_key=True)
    client_id = models.CharField(max_length=100, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, related_name="%(app_label)s_%(class)s", null=True, on_delete=models.CASCADE
    )
    redirect_uris = models.TextField()
    post_logout_redirect_uris = models.TextField()
    client_type = models.CharField(max_length=32)
    authorization_grant_type = models.CharField(max_length=32)
    client_secret = models.CharField(max_length=255)
    hash_client_secret = models.BooleanField(default=True)
    name = models.CharField(max_length=255)
    skip_authorization = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)
    algorithm = models.CharField(max_length=5)
    allowed_origins = models.TextField()

    class Meta:
        abstract = True


class Application(AbstractApplication):
    class Meta(AbstractApplication.Meta):
        swappable = "OAUTH2_PROVIDER_APPLICATION_MODEL"


class AbstractGrant(models.Model):
    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, related_name="%(app_label)s_%(class)s", on_delete=models.CASCADE
    )
    code = models.CharField(max_length=255, unique=True)
    application = models.ForeignKey(Application, on_delete=models.CASCADE)
    expires = models.DateTimeField()
    redirect_uri = models.TextField()
    scope = models.TextField()
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)
    code_challenge = models.CharField(max_length=128)
    code_challenge_method = models.CharField(max_length=10)
    nonce = models.CharField(max_length=255)
    claims = models.TextField()

    class Meta:
        abstract = True


class Grant(AbstractGrant):
    class Meta(AbstractGrant.Meta):
        swappable = "OAUTH2_PROVIDER_GRANT_MODEL"


class AbstractAccessToken(models.Model):
    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, related_name="%(app_label)s_%(class)s", on_delete=models.CASCADE
    )
    source_refresh_token = models.OneToOneField(
        "oauth2_provider.RefreshToken",
        on_delete=models.SET_NULL,
        null=True,
        related_name="refreshed_access_token",
    )
    id_token = models.OneToOneField(
        "oauth2_provider.IDToken", on_delete=models.CASCADE, null=True, related_name="access_token"
    )
    token = models.TextField()
    token_checksum = models.CharField(max_length=64, unique=True)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, null=True)
    expires = models.DateTimeField()
    scope = models.TextField()
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class AccessToken(AbstractAccessToken):
    class Meta(AbstractAccessToken.Meta):
        swappable = "OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL"


class AbstractRefreshToken(models.Model):
    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, related_name="%(app_label)s_%(class)s", on_delete=models.CASCADE
    )
    token = models.CharField(max_length=255)
    application = models.ForeignKey(Application, on_delete=models.CASCADE)
    access_token = models.OneToOneField(
        AccessToken, on_delete=models.SET_NULL, null=True, related_name="refresh_token"
    )
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)
    token_family = models.UUIDField(null=True)
    revoked = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class RefreshToken(AbstractRefreshToken):
    class Meta(AbstractRefreshToken.Meta):
        swappable = "OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL"


class AbstractIDToken(models.Model):
    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, related_name="%(app_label)s_%(class)s", on_delete=models.CASCADE
    )
    jti = models.UUIDField(unique=True)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, null=True)
    expires = models.DateTimeField()
    scope = models.TextField()
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class IDToken(AbstractIDToken):
    class Meta(AbstractIDToken.Meta):
        swappable = "OAUTH2_PROVIDER_ID_TOKEN_MODEL"
