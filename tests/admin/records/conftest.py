import pytest
from django.contrib.auth.models import Group, User

from hermes.roles import install_roles


@pytest.fixture
def staff(client):
    """Log in as someone of a role; with none, as one who may do everything."""

    def log_in(role: str = "") -> User:
        install_roles()
        user = User.objects.create_user(
            role or "admin", password="x", is_staff=True, is_superuser=not role
        )
        if role:
            user.groups.add(Group.objects.get(name=role))
        client.force_login(user, backend="hermes.permissions.PermissionsBackend")
        return user

    return log_in
