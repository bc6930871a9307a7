"""Models of django-polymorphic 3 and 4: each row knows of which model it is."""

from django.contrib.contenttypes.models import ContentType
from django.db import models


class PolymorphicModel(models.Model):
    polymorphic_ctype = models.ForeignKey(
        ContentType, null=True, editable=False, on_delete=models.CASCADE, related_name="polymorphic_%(app_label)s.%(class)s_set+"
    )

    class Meta:
        abstract = True
