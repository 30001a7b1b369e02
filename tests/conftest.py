"""What every test may use: a sandbox in this process, and Hermes pointed at it."""

from __future__ import annotations

import base64
import os

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection

# Each process of a parallel run has a database of Valkey's own.
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_cache = f"{django_settings.CACHE_URL.rpartition('/')[0]}/{2 + _worker}"
django_settings.CACHE_URL = _cache
django_settings.CACHES["default"]["LOCATION"] = _cache
# On a busy machine an answer that is late is no trouble with the cache.
django_settings.CACHES["default"]["OPTIONS"] = {"socket_timeout": 20, "socket_connect_timeout": 20}
django_settings.AXES_ENABLED = False
django_settings.USE_HTTPS = False
django_settings.SECURE_SSL_REDIRECT = False
django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

USER, PASSWORD = "pipedrive", "a-long-random-secret"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """What takes longest begins first, so that nobody is left alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("processes") is None)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The tests' database, without sessions when it is removed.

    The live server answers what a browser asked last even if nobody waits for it any more.
    """
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def _no_broker(settings, monkeypatch):
    """Tests drain the queues themselves; messages to workers would go nowhere."""
    from integrations.pipedrive import keys
    from integrations.sync import wake

    monkeypatch.setattr(wake, "_send", lambda task: None)
    monkeypatch.setattr(wake, "_publish", lambda *task, countdown=0: None)
    settings.PIPEDRIVE_BASE_URL = ""
    settings.PIPEDRIVE_API_TOKEN = ""
    settings.PIPEDRIVE_WEBHOOK_USER = USER
    settings.PIPEDRIVE_WEBHOOK_PASSWORD = PASSWORD
    cache.clear()
    settings.TC2_BASE_URL = ""
    settings.TC2_API_KEY = ""
    settings.GOOGLE_SERVICE_ACCOUNT = ""
    settings.SALESFORCE_ENABLED = False
    settings.CALENDAR_BACKEND = "meetings.calendars.NoCalendar"
    settings.PIPEDRIVE_REQUESTS_PER_2_SECONDS = 100_000
    settings.PIPEDRIVE_SEARCHES_PER_2_SECONDS = 100_000
    keys.forget()
    yield
    keys.forget()


@pytest.fixture(scope="session")
def _sandbox():
    from integrations.sandbox import Sandbox

    with Sandbox(api_token="sandbox-token") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_sandbox, settings):
    """Pipedrive's stand-in, empty, with Hermes' settings pointing at it."""
    _sandbox.reset()
    settings.PIPEDRIVE_BASE_URL = _sandbox.url
    settings.PIPEDRIVE_APP_URL = "https://larkfield.pipedrive.com"
    settings.PIPEDRIVE_API_TOKEN = "sandbox-token"
    return _sandbox


@pytest.fixture
def authorised():
    """The credentials that we registered with Pipedrive, as the test client wants them."""
    encoded = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    return {"HTTP_AUTHORIZATION": f"Basic {encoded}"}


@pytest.fixture
def pipedrive(sandbox, db, client, authorised):
    """Pipedrive set up and connected: deliveries arrive when a test asks for them."""
    from tests.pipedrive_loop import PipedriveLoop

    return PipedriveLoop(sandbox, client, authorised)


@pytest.fixture
def tc2(sandbox, db, client, settings):
    """TC2 connected: its events arrive when a test asks for them."""
    from tests.tc2_loop import KEY, TC2Loop

    settings.TC2_BASE_URL = f"{sandbox.url}/tc2/api"
    settings.TC2_APP_URL = "https://tc2.example"
    settings.TC2_API_KEY = KEY
    settings.TC2_REQUESTS_PER_MINUTE = 100_000
    return TC2Loop(sandbox, client)


@pytest.fixture(scope="session")
def _service_account(_sandbox):
    from integrations.sandbox.google.service_account import new_key

    return new_key(_sandbox.url)


@pytest.fixture
def google(sandbox, db, settings, _service_account):
    """Google connected, and the calendars of the hosts a test makes."""
    from tests.google_loop import GoogleLoop

    settings.GOOGLE_BASE_URL = sandbox.url
    settings.GOOGLE_SERVICE_ACCOUNT = _service_account
    settings.CALENDAR_BACKEND = "integrations.google_calendar.calendar.GoogleCalendar"
    return GoogleLoop(sandbox)


@pytest.fixture
def salesforce(sandbox, db, settings):
    """Salesforce connected, and the stages that its loans go through."""
    from tests.salesforce_loop import SalesforceLoop, connect

    connect(settings, sandbox)
    return SalesforceLoop(sandbox)


@pytest.fixture
def entry(db):
    """The stage at which new deals of the plan “pay as you go” begin."""
    from tests.factories import PipelineFactory, StageFactory

    pipeline = PipelineFactory(plan="payg")
    pipeline.default_stage = StageFactory(pipeline=pipeline)
    pipeline.save()
    return pipeline.default_stage


@pytest.fixture
def support_link_key(settings):
    """Support links are signed, and lead to the website."""
    settings.SUPPORT_LINK_KEY = "link-key-0001"
    settings.CALLBOOKER_BASE_URL = "https://www.vendor.example/book"


@pytest.fixture
def calendar(settings, monkeypatch, tmp_path):
    """The hosts' calendars, empty, in a folder."""
    from tests.meetings.calendar import FOLDER, FolderCalendar

    monkeypatch.setenv(FOLDER, str(tmp_path))
    settings.CALENDAR_BACKEND = "tests.meetings.calendar.FolderCalendar"
    return FolderCalendar()
