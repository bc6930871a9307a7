"""Forms of django.contrib.auth that find and save users."""

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User


class AuthenticationForm(forms.Form):
    def __init__(self, request=None, *args, **kwargs):
        self.request = request

    def get_user(self):
        return get_user_model().objects.get()


class BaseUserCreationForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("username",)


class UserCreationForm(BaseUserCreationForm):
    pass


class UserChangeForm(forms.ModelForm):
    class Meta:
        model = User
        fields = "__all__"


class SetPasswordForm(forms.Form):
    def __init__(self, user, *args, **kwargs):
        self.user = user

    def save(self, commit=True):
        self.user.set_password("")
        self.user.save()
        return self.user


class PasswordChangeForm(SetPasswordForm):
    pass


class AdminPasswordChangeForm(SetPasswordForm):
    pass


class PasswordResetForm(forms.Form):
    def get_users(self, email):
        return get_user_model().objects.filter(email__iexact=email, is_active=True)

    def save(self, **options):
        for user in self.get_users(""):
            self.found(user)

    def found(self, user):
        return user.pk, user.password, user.last_login, user.email
