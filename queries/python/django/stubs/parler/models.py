"""django-parler 2.3: models whose translated columns stand in a table beside. ``TranslatedFields`` is known by itself."""

from django.db import models

from parler.managers import TranslatableManager


class TranslatableModelMixin:
    def safe_translation_getter(self, field, default=None, language_code=None, any_language=False):
        return getattr(self, field, default)

    def safe_translation_setter(self, field, value, language_code=None):
        setattr(self, field, value)

    def create_translation(self, language_code, **fields):
        return self.translations.create(language_code=language_code, **fields)

    def get_translation(self, language_code, related_name=None):
        return self.translations.get(language_code=language_code)

    def has_translation(self, language_code=None, related_name=None):
        return self.translations.filter(language_code=language_code).exists()

    def get_available_languages(self, related_name=None, include_unsaved=False):
        return self.translations.values_list("language_code", flat=True)

    def delete_translation(self, language_code, related_name=None):
        self.get_translation(language_code).delete()


class TranslatableModel(TranslatableModelMixin, models.Model):
    objects = TranslatableManager()

    class Meta:
        abstract = True


class TranslatedFieldsModelMixin:
    pass


class TranslatedFieldsModel(TranslatedFieldsModelMixin, models.Model):
    language_code = models.CharField(max_length=15, db_index=True)

    class Meta:
        abstract = True
