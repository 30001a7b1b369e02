"""Calls to Pipedrive, counted: one for a change, none for no news, n for n new records."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

from django.conf import settings
from django.test import Client

from companies.models import Company
from contacts.models import Contact
from deals.models import Deal, Stage
from integrations.models import ExternalLink
from integrations.pipedrive import SYSTEM
from integrations.sync import inbox, outbox, poll

from . import sandbox as stand_in
from .plan import Plan, say
from .results import Figure, Result, exactly
from .sandbox import WRITES, Sandbox

RECORDS = 50
#: So many changes found by one poll need nobody's yes.
PASS_THE_BRAKE = 10

_serials = count(1)


def measure(plan: Plan) -> Result:
    """Every case in every run; a case that is off in one run is off."""
    number = plan.scaled(RECORDS, 5)
    counted: dict[str, list[int]] = {name: [] for name, _, _ in CASES}
    with stand_in.started(settings.PIPEDRIVE_BASE_URL) as sandbox:
        stand_in.set_up()
        poll.backfill(SYSTEM)
        for _ in plan.rounds():
            for name, case, _ in CASES:
                counted[name].append(_count(sandbox, case, number))
                say(f"{name}: {counted[name][-1]}")
    figures = [exactly(name, counted[name], wanted(number), "calls") for name, _, wanted in CASES]
    lists = Figure("list calls of a poll, all kinds", [_Polls.lists], "calls")
    return Result("calls", [*figures, lists], [_NOTE.format(number=number)])


_NOTE = (
    "n = {number}. Counted in the sandbox's own log after the path was walked to its end and "
    "the outbox was drained. A poll's list calls are left out: they are how it reads."
)


class _Polls:
    """What the last poll asked for."""

    lists = 0


def _count(sandbox: Sandbox, case: Callable[[Sandbox, int], None], number: int) -> int:
    """The calls that a case leads to; those that only list for a poll do not count."""
    outbox.drain()
    with sandbox.watched() as calls:
        case(sandbox, number)
        outbox.drain()
    if case in POLLS:
        _Polls.lists = sum(call["method"] == "GET" for call in calls)
        return sum(call["method"] in WRITES for call in calls)
    return len(calls)


# -- made or changed in Hermes --------------------------------------------------------------


def _new_families(_: Sandbox, number: int) -> None:
    """So many companies, each with a contact and a deal."""
    stage = Stage.objects.select_related("pipeline").first()
    assert stage is not None
    serials = [next(_serials) for _ in range(number)]
    companies = Company.objects.bulk_create(Company(name=f"Larkfield {each}") for each in serials)
    contacts = Contact.objects.bulk_create(
        Contact(company=company, last_name="Nair", email=f"nair{serial}@larkfield.example")
        for company, serial in zip(companies, serials, strict=True)
    )
    Deal.objects.bulk_create(
        Deal(name=f"Onboarding {contact.pk}", company=contact.company, contact=contact,
             stage=stage, pipeline=stage.pipeline)
        for contact in contacts
    )  # fmt: skip


def _saved_ten_times(_: Sandbox, number: int) -> None:
    company = _companies()[0]
    for _time in range(10):
        company.name = f"Renamed {next(_serials)}"
        company.save()


def _changed_at_once(_: Sandbox, number: int) -> None:
    chosen = Company.objects.filter(pk__in=[company.pk for company in _companies()[:number]])
    chosen.update(website=f"https://{next(_serials)}.example")


def _saved_without_news(_: Sandbox, number: int) -> None:
    for company in _companies()[:number]:
        company.save()


def _companies() -> list[Company]:
    """Those that both sides have, the newest first."""
    linked = ExternalLink.objects.filter(kind="company", state="live").values("record_id")
    return list(Company.objects.filter(pk__in=linked).order_by("-pk"))


# -- told by webhook -------------------------------------------------------------------------


def _tell(record: dict, action: str) -> None:
    """Deliver an organization as it is there, and apply it."""
    meta = {
        "action": action, "entity": "organization", "entity_id": str(record["id"]),
        "id": f"event-{next(_serials)}", "version": "2.0",
        "timestamp": datetime.now(UTC).isoformat(),
    }  # fmt: skip
    user, password = settings.PIPEDRIVE_WEBHOOK_USER, settings.PIPEDRIVE_WEBHOOK_PASSWORD
    basic = base64.b64encode(f"{user}:{password}".encode()).decode()
    answer = Client().post(
        "/pipedrive/callback/",
        json.dumps({"meta": meta, "data": record, "previous": None}),
        content_type="application/json",
        HTTP_AUTHORIZATION=f"Basic {basic}",
    )
    assert answer.status_code == 200, answer.content
    inbox.drain()


def _remote_ids(number: int) -> list[str]:
    links = ExternalLink.objects.filter(kind="company", state="live").order_by("-pk")
    return list(links.values_list("remote_id", flat=True)[:number])


def _echoes(sandbox: Sandbox, number: int) -> None:
    """Pipedrive tells us what we told it."""
    for pk in _remote_ids(number):
        _tell(sandbox.record("organization", pk), "change")


def _changes_there_by_webhook(sandbox: Sandbox, number: int) -> None:
    for pk in _remote_ids(number):
        changed = sandbox.change("organization", pk, name=f"Renamed there {next(_serials)}")
        _tell(changed, "change")


def _new_there_by_webhook(sandbox: Sandbox, number: int) -> None:
    for _each in range(number):
        _tell(sandbox.create("organization", name=f"New there {next(_serials)}"), "create")


# -- found by polling ------------------------------------------------------------------------


def _poll_without_news(_: Sandbox, number: int) -> None:
    poll.poll(SYSTEM)


def _changes_there_by_poll(sandbox: Sandbox, number: int) -> None:
    for pk in _remote_ids(min(number, PASS_THE_BRAKE)):
        sandbox.change("organization", pk, name=f"Renamed there {next(_serials)}")
    poll.poll(SYSTEM)


def _new_there_by_poll(sandbox: Sandbox, number: int) -> None:
    for _each in range(number):
        sandbox.create("organization", name=f"New there {next(_serials)}")
    poll.poll(SYSTEM)


POLLS = {_poll_without_news, _changes_there_by_poll, _new_there_by_poll}

#: What happens, how, and how many calls it may lead to for n records.
CASES: list[tuple[str, Callable[[Sandbox, int], None], Callable[[int], int]]] = [
    ("n companies, contacts and deals made here", _new_families, lambda n: 3 * n),
    ("one company saved 10 times here", _saved_ten_times, lambda n: 1),
    ("n companies changed at once here", _changed_at_once, lambda n: n),
    ("n companies saved here without a change", _saved_without_news, lambda n: 0),
    ("n echoes of our own changes by webhook", _echoes, lambda n: 0),
    ("n changes there by webhook", _changes_there_by_webhook, lambda n: 0),
    ("n new there by webhook", _new_there_by_webhook, lambda n: 0),
    ("a poll without news", _poll_without_news, lambda n: 0),
    ("n changes there by poll", _changes_there_by_poll, lambda n: 0),
    ("n new there by poll", _new_there_by_poll, lambda n: 0),
]
