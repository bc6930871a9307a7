"""Abstract bases of django-extensions 4: what each adds to a model."""

from django.db import models


class TimeStampedModel(models.Model):
    created = models.DateTimeField(auto_now_add=True)
    modified = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class TitleDescriptionModel(models.Model):
    title = models.CharField(max_length=255)
    description = models.TextField(null=True)

    class Meta:
        abstract = True


class TitleSlugDescriptionModel(TitleDescriptionModel):
    slug = models.SlugField()

    class Meta:
        abstract = True


class ActivatorModel(models.Model):
    status = models.IntegerField(default=1)
    activate_date = models.DateTimeField(null=True)
    deactivate_date = models.DateTimeField(null=True)

    class Meta:
        ordering = ("status", "-activate_date")
        abstract = True
