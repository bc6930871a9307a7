"""The admin of django-parler 2.3."""

from django.contrib import admin


class TranslatableAdmin(admin.ModelAdmin):
    pass


class TranslatableStackedInline(admin.StackedInline):
    pass


class TranslatableTabularInline(admin.TabularInline):
    pass
