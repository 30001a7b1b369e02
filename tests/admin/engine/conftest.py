import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.cache import cache

from hermes.roles import install_roles
from integrations import tasks
from integrations.models import PossibleDuplicate, RemoteField, SyncLog, SyncRun

from . import rows


@pytest.fixture(autouse=True)
def plain_http(settings):
    settings.SECURE_SSL_REDIRECT = False


@pytest.fixture(autouse=True)
def no_old_numbers(db):
    cache.clear()


@pytest.fixture
def person(db):
    """Makes a log-in with one role, or one that may do everything."""

    def make(role=""):
        install_roles()
        user = get_user_model().objects.create(
            username=role or "root", is_staff=True, is_superuser=not role
        )
        if role:
            user.groups.add(Group.objects.get(name=role))
        return user

    return make


@pytest.fixture
def as_(client, person):
    """Logs in with a role; called with nothing, as one who may do everything."""

    def log_in(role=""):
        client.force_login(person(role), backend="hermes.permissions.PermissionsBackend")
        return client

    return log_in


@pytest.fixture
def started(monkeypatch):
    """The tasks that pages hand to the worker, instead of the worker."""
    calls = []
    for name in ["poll_system", "backfill_system", "reconcile_system", "look_for_deleted",
                 "drain_outbox"]:  # fmt: skip
        task = getattr(tasks, name)
        monkeypatch.setattr(
            task,
            "apply_async",
            lambda args=(), kwargs=None, name=name, **_: calls.append((name, args, kwargs)),
        )
    return calls


@pytest.fixture
def switched_on(settings):
    """Pipedrive has its settings; nobody answers at that address."""
    settings.PIPEDRIVE_BASE_URL, settings.PIPEDRIVE_API_TOKEN = "http://127.0.0.1:1", "demo"


@pytest.fixture
def one_of_each(db):
    acme, other = rows.company(), rows.company("Acme Ltd")
    return {
        "webhookevent": rows.message(),
        "outboxentry": rows.change(acme),
        "conflict": rows.conflict(acme),
        "possibleduplicate": PossibleDuplicate.objects.create(
            kind="company", first_id=acme.pk, second_id=other.pk, why="same name"
        ),
        "syncrun": SyncRun.objects.create(
            system="pipedrive", action="poll", counts={"deal": {"seen": 3}}
        ),
        "synclog": SyncLog.objects.create(
            system="pipedrive", kind="company", record_id=acme.pk, topic="x", message="Look here"
        ),
        "connection": rows.connection(),
        "remotefield": RemoteField.objects.create(
            system="pipedrive", kind="company", field="website", remote_key="abc"
        ),
    }
