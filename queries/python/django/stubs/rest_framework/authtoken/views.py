"""The view that gives out tokens (Django REST framework 3.14 to 3.16)."""

from django.contrib.auth import get_user_model
from rest_framework.authtoken.models import Token
from rest_framework.views import APIView


class ObtainAuthToken(APIView):
    def post(self, request):
        user = get_user_model().objects.get()
        Token.objects.get_or_create(user=user)


obtain_auth_token = ObtainAuthToken.as_view()
