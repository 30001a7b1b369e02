"""A host with a calendar, and staff who look at it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, User

from hermes.roles import install_roles
from meetings.models import BookingRules
from tests.factories import TeamMemberFactory

#: A Tuesday on which nobody has anything to do; 10:00 in London.
NINE = datetime(2030, 6, 4, 9, tzinfo=UTC)


@pytest.fixture
def staff(client, calendar):
    """Log in as someone of a role, who may be a team member too."""

    def log_in(role: str, member=None) -> User:
        install_roles()
        user = User.objects.create_user(role, password="x", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        if member is not None:
            member.user = user
            member.save()
        client.force_login(user, backend="hermes.permissions.PermissionsBackend")
        return user

    return log_in


@pytest.fixture
def host(db):
    """Works in London."""
    return TeamMemberFactory(first_name="Mia", last_name="Lind")


@pytest.fixture
def rules(db):
    """Every day is near enough to be offered."""
    rules = BookingRules.load()
    rules.horizon = timedelta(days=14)
    rules.save()
    return rules
