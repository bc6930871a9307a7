"""Views of django.contrib.auth (4.2 to 5.2): what they do with users."""

from django.contrib.auth import get_user_model, login, logout
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, PasswordResetForm, SetPasswordForm
from django.views.generic import FormView, TemplateView


class LoginView(FormView):
    form_class = AuthenticationForm
    template_name = "registration/login.html"

    def post(self, request):
        user = get_user_model().objects.get()
        login(request, user)


class LogoutView(TemplateView):
    template_name = "registration/logged_out.html"

    def post(self, request):
        request.session.flush()


class PasswordResetView(FormView):
    form_class = PasswordResetForm
    template_name = "registration/password_reset_form.html"

    def post(self, request):
        for user in get_user_model().objects.filter(email__iexact="", is_active=True):
            user.email


class PasswordResetDoneView(TemplateView):
    template_name = "registration/password_reset_done.html"


class PasswordResetConfirmView(FormView):
    form_class = SetPasswordForm
    template_name = "registration/password_reset_confirm.html"

    def get(self, request):
        get_user_model().objects.get()
        request.session["_password_reset_token"] = ""

    def post(self, request):
        user = get_user_model().objects.get()
        user.set_password("")
        user.save()


class PasswordResetCompleteView(TemplateView):
    template_name = "registration/password_reset_complete.html"


class PasswordChangeView(FormView):
    form_class = PasswordChangeForm
    template_name = "registration/password_change_form.html"

    def get(self, request):
        return request.user

    def post(self, request):
        request.user.set_password("")
        request.user.save()
        request.session.cycle_key()


class PasswordChangeDoneView(TemplateView):
    template_name = "registration/password_change_done.html"

    def get(self, request):
        return request.user
