"""A person at a browser: a real Chromium, Hermes behind it, the sandbox behind Hermes."""

from __future__ import annotations

import os

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import expect

# Playwright keeps an event loop in this thread, in which Django refuses to work otherwise.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
         "--disable-component-update"]  # fmt: skip

PASSWORD = "a-long-password"

#: In milliseconds; the longest that anything on a page may take to come true.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items):
    """Mark what is here, and leave it out loudly where there is no browser."""
    absent = pytest.mark.skip(reason="no Chromium: set CHROMIUM to its path")
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            if not os.environ.get("CHROMIUM"):
                item.add_marker(absent)


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {"executable_path": os.environ["CHROMIUM"], "args": QUIET}


@pytest.fixture(scope="session")
def browser_context_args():
    return {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}


@pytest.fixture
def page(transactional_db, settings, live_server, context):
    """A tab of the browser. What its console complains of fails the test."""
    settings.SITE_URL = live_server.url
    cache.clear()
    context.set_default_timeout(PATIENCE)
    tab, faults = context.new_page(), []
    tab.on("console", lambda said: said.type == "error" and faults.append(said.text))
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on(
        "response",
        lambda answer: answer.status >= 400 and faults.append(f"{answer.status} {answer.url}"),
    )
    yield tab
    # Nothing may still be asking the server when the tables are emptied.
    tab.goto("about:blank")
    assert faults == []


@pytest.fixture
def someone(transactional_db):
    """Makes a log-in with one role."""

    def make(role: str) -> User:
        user = User.objects.create_user(role.replace(" ", "-"), password=PASSWORD, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        return user

    return make


@pytest.fixture
def as_(page, someone, live_server):
    """Puts a person of a role before the dashboard, already logged in."""

    def log_in(role: str):
        client = Client()
        client.force_login(someone(role), "hermes.permissions.PermissionsBackend")
        name = django_settings.SESSION_COOKIE_NAME
        page.context.add_cookies(
            [{"name": name, "value": client.cookies[name].value, "url": live_server.url}]
        )
        page.goto(f"{live_server.url}/admin/")
        return page

    return log_in


@pytest.fixture
def known(pipedrive):
    """Makes a company that both sides know."""

    def make(name: str, **values):
        org = pipedrive.create("organization", name=name, **values)
        pipedrive.tell("create", "organization", org["id"])
        return pipedrive.linked("company", org["id"])

    return make
