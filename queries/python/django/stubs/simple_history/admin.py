"""The admin of django-simple-history 3."""

from django.contrib import admin


class SimpleHistoryAdmin(admin.ModelAdmin):
    pass
