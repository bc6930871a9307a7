"""The forms of django-parler 2.3."""

from django import forms


class TranslatableModelForm(forms.ModelForm):
    pass
