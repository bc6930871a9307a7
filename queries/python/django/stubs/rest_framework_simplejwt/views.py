"""Views that give out tokens (djangorestframework-simplejwt 5)."""

from django.contrib.auth import get_user_model
from rest_framework.views import APIView


class TokenViewBase(APIView):
    def post(self, request):
        get_user_model().objects.get()


class TokenObtainPairView(TokenViewBase):
    pass


class TokenRefreshView(TokenViewBase):
    pass


class TokenObtainSlidingView(TokenViewBase):
    pass


class TokenRefreshSlidingView(TokenViewBase):
    pass


class TokenVerifyView(APIView):
    def post(self, request):
        return None


class TokenBlacklistView(TokenViewBase):
    pass


token_obtain_pair = TokenObtainPairView.as_view()
token_refresh = TokenRefreshView.as_view()
token_verify = TokenVerifyView.as_view()
