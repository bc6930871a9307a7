"""Files of easy-thumbnails 2."""

from django.db import models


class File(models.Model):
    storage_hash = models.CharField(max_length=40)
    name = models.CharField(max_length=255)
    modified = models.DateTimeField()

    class Meta:
        abstract = True


class Source(File):
    pass


class Thumbnail(File):
    source = models.ForeignKey(Source, related_name="thumbnails", on_delete=models.CASCADE)


class ThumbnailDimensions(models.Model):
    thumbnail = models.OneToOneField(Thumbnail, related_name="dimensions", on_delete=models.CASCADE)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
