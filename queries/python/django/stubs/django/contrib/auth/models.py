# django/contrib/auth/models.py
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.contenttypes.models import ContentType
from django.db import models


class PermissionManager(models.Manager):
    pass


class Permission(models.Model):
    name = models.CharField(max_length=255)
    content_type = models.ForeignKey(ContentType, models.CASCADE)
    codename = models.CharField(max_length=100)

    class Meta:
        db_table = "auth_permission"
        ordering = ["content_type__app_label", "content_type__model", "codename"]


class Group(models.Model):
    name = models.CharField(max_length=150, unique=True)
    permissions = models.ManyToManyField(Permission, blank=True)

    class Meta:
        db_table = "auth_group"


class UserManager(BaseUserManager):
    pass


class PermissionsMixin(models.Model):
    is_superuser = models.BooleanField(default=False)
    groups = models.ManyToManyField(Group, blank=True, related_name="user_set", related_query_name="user")
    user_permissions = models.ManyToManyField(
        Permission, blank=True, related_name="user_set", related_query_name="user"
    )

    class Meta:
        abstract = True

    def get_user_permissions(self, obj=None):
        found = Permission.objects.filter(user=self).values_list("content_type__app_label", "codename").order_by()
        return set(found)

    def get_group_permissions(self, obj=None):
        found = Permission.objects.filter(group__user=self).values_list("content_type__app_label", "codename").order_by()
        return set(found)

    def get_all_permissions(self, obj=None):
        return self.get_user_permissions() | self.get_group_permissions()

    def has_perm(self, perm, obj=None):
        self.get_all_permissions()
        return bool(self.is_active and self.is_superuser)

    def has_perms(self, perm_list, obj=None):
        return self.has_perm("")

    def has_module_perms(self, app_label):
        return self.has_perm("")


class AbstractUser(AbstractBaseUser, PermissionsMixin):
    username = models.CharField(max_length=150, unique=True)
    first_name = models.CharField(max_length=150, blank=True)
    last_name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    class Meta:
        abstract = True

    def get_full_name(self):
        return "%s %s" % (self.first_name, self.last_name)

    def get_short_name(self):
        return self.first_name


class User(AbstractUser):
    class Meta:
        db_table = "auth_user"
        swappable = "AUTH_USER_MODEL"
