"""``manage.py check --deploy`` names what is missing."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks

from hermes import checks
from integrations.pipedrive import SYSTEM


@pytest.fixture(autouse=True)
def in_order(settings):
    """Settings that no check objects to."""
    settings.SANDBOX_ENABLED = False
    settings.SECRET_KEY_IS_OWN = True
    settings.SITE_URL = "https://hermes.example.org"
    settings.EMAIL_URL = "smtp://mail.example.org"
    for name in SYSTEM.needs:
        setattr(settings, name, "set")


def found() -> list[str]:
    return [str(m.id) for m in run_checks(include_deployment_checks=True)
            if str(m.id).startswith("hermes.")]  # fmt: skip


def test_nothing_is_said_when_all_is_there():
    assert found() == []


def test_the_sandbox_is_refused_in_production(settings):
    settings.SANDBOX_ENABLED = True

    assert found() == ["hermes.E001"]


def test_a_made_up_secret_key_is_refused(settings):
    settings.SECRET_KEY_IS_OWN = False

    assert found() == ["hermes.E002"]


def test_guests_that_nobody_writes_to_are_told(settings):
    settings.EMAIL_URL = ""

    assert found() == ["hermes.W002"]


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "https://localhost"])
def test_an_address_that_nobody_can_call_is_refused(settings, address):
    settings.SITE_URL = address

    assert found() == ["hermes.E003"]


@pytest.mark.parametrize("name", SYSTEM.needs)
def test_the_one_missing_variable_is_named(settings, name):
    for each in SYSTEM.needs:
        setattr(settings, each, "" if each == name else "set")
    (warning,) = checks.half_configured_systems()

    assert name in warning.msg
    assert not any(each in warning.msg for each in SYSTEM.needs if each != name)
    assert found() == ["hermes.W001"]


def test_a_system_without_any_variable_is_just_off(settings):
    for each in SYSTEM.needs:
        setattr(settings, each, "")

    assert found() == []
