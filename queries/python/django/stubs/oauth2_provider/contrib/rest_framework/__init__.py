"""Authentication of django-oauth-toolkit 3 for REST framework: by an access token."""

from oauth2_provider.models import AccessToken
from rest_framework.authentication import BaseAuthentication


class OAuth2Authentication(BaseAuthentication):
    def authenticate(self, request):
        token = AccessToken.objects.select_related("application", "user").get(token_checksum=request.auth)
        return token.user, token
