"""What somebody may do, asked with every page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission, User


class PermissionsBackend(ModelBackend):
    """Django's own; a person's permissions and those of their groups are read in one query."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if user_obj.is_superuser:
            return super().get_all_permissions(user_obj)
        if not hasattr(user_obj, "hermes_permissions"):
            user_obj.hermes_permissions = _of(user_obj)
        return user_obj.hermes_permissions


def _of(user: User) -> set[str]:
    names = ("content_type__app_label", "codename")
    own = Permission.objects.filter(user=user).order_by().values_list(*names)
    of_groups = Permission.objects.filter(group__user=user).order_by().values_list(*names)
    return {f"{app}.{codename}" for app, codename in own.union(of_groups)}
