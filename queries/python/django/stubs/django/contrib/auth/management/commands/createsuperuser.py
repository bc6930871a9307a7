"""The command that makes a superuser (Django 4.2 to 5.2)."""

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    def handle(self, *args, **options):
        users = get_user_model().objects
        users.filter(username="").exists()
        users.create_superuser(username="", password="")
