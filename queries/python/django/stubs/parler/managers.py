"""django-parler 2.3: querysets that look up translated columns by their own names."""

from django.db import models


class TranslatableQuerySet(models.QuerySet):
    def language(self, language_code=None):
        return self

    def translated(self, *language_codes, **translated_fields):
        return self.filter(language_code=language_codes, **translated_fields)

    def active_translations(self, language_code=None, **translated_fields):
        return self.filter(language_code=language_code, **translated_fields)


class TranslatableManager(models.Manager.from_queryset(TranslatableQuerySet)):
    pass
