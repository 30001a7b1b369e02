"""What is missing before Hermes may serve: told by ``manage.py check --deploy``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register

from integrations.google_calendar.credentials import service_account
from integrations.pipedrive import given_keys
from integrations.salesforce import choices, field_map
from integrations.sync.errors import Misconfigured
from integrations.sync.system import everyone


@register(Tags.security, deploy=True)
def half_configured_systems(**_: Any) -> list[Warning]:
    """A system with some of its variables works in one direction only, or not at all."""
    found = []
    for system in everyone():
        missing = [name for name in system.needs if not getattr(settings, name, "")]
        if missing and len(missing) < len(system.needs):
            found.append(
                Warning(
                    f"{system.label} is half configured: {', '.join(missing)} not set.",
                    id="hermes.W001",
                )
            )
    return found


@register(Tags.security, deploy=True)
def no_sandbox_in_production(**_: Any) -> list[Error]:
    """The stand-ins accept anybody's changes."""
    if settings.SANDBOX_ENABLED:
        return [Error("SANDBOX_ENABLED must be off in production.", id="hermes.E001")]
    return []


@register(Tags.security, deploy=True)
def own_secret_key(**_: Any) -> list[Error]:
    """A key that was made up on one machine is another one on the next."""
    if not settings.SECRET_KEY_IS_OWN:
        return [Error("SECRET_KEY is not set.", id="hermes.E002")]
    return []


@register(Tags.security, deploy=True)
def reachable_address(**_: Any) -> list[Error]:
    """Pipedrive must be able to call us."""
    if "127.0.0.1" in settings.SITE_URL or "localhost" in settings.SITE_URL:
        return [Error("SITE_URL is not set to the public address.", id="hermes.E003")]
    return []


@register(Tags.security, deploy=True)
def guests_are_written_to(**_: Any) -> list[Warning]:
    """Who books gets a confirmation, and the links to move and cancel the call."""
    if not settings.EMAIL_URL:
        said = "EMAIL_URL is not set: guests of calls get no e-mails."
        return [Warning(said, id="hermes.W002")]
    return []


@register
def field_keys_make_sense(**_: Any) -> list[Error]:
    """A key in the wrong place would write one field into another, so it is refused at once."""
    _found, problems = given_keys.read()
    return [Error(problem, id="hermes.E004") for problem in problems]


@register
def field_maps_make_sense(**_: Any) -> list[Error]:
    """What is wrong in them would show in each deal."""
    problems = [problem for kind in field_map.MAPS for problem in field_map.read(kind)[1]]
    return [Error(f"{problem}.", id="hermes.E006") for problem in problems]


@register
def salesforce_settings_make_sense(**_: Any) -> list[Warning]:
    """Hermes starts all the same; what it cannot go on with stands on the connection's card."""
    problems = choices.problems() if settings.SALESFORCE_ENABLED else []
    return [Warning(f"{problem}.", id="hermes.W003") for problem in problems]


@register
def service_account_can_sign(**_: Any) -> list[Error]:
    """Found out here, and not when the first visitor asks for a time."""
    if settings.GOOGLE_SERVICE_ACCOUNT:
        try:
            service_account()
        except Misconfigured as error:
            return [Error(str(error), id="hermes.E005")]
    return []
