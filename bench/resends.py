"""TC2 sends every client again every three hours: what that costs when nothing is new."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection

from companies.models import Company, TeamMember
from integrations import tasks
from integrations.models import (
    EventState,
    ExternalLink,
    OutboxEntry,
    OutboxState,
    WebhookEvent,
)
from integrations.pipedrive import SYSTEM as PIPEDRIVE
from integrations.tc2 import SYSTEM

from . import sandbox
from .plan import Plan, say, stopwatch
from .results import Figure, Result, exactly

CLIENTS = 10_000

#: A member of the staff, in TC2 and in Pipedrive's stand-in alike.
SALES_PERSON = 501

_START = datetime(2026, 3, 9, 12, tzinfo=UTC)


def measure(plan: Plan) -> Result:
    """Clients that Hermes knows, all sent again in each run."""
    clients = plan.scaled(CLIENTS, 100)
    rates, calls, rows, entries = [], [], [], []
    with sandbox.started(settings.PIPEDRIVE_BASE_URL) as there:
        sandbox.set_up()
        _load(clients)
        for each in plan.rounds():
            _fill(clients, each)
            before = _written()
            with there.watched() as made:
                with stopwatch() as seconds:
                    tasks.drain_inbox()
                tasks.drain_outbox()
            _check_all_done(clients)
            rates.append(clients / seconds[0])
            calls.append(len(made))
            rows.append(_written() - before)
            entries.append(_waiting())
            say(f"{rates[-1]:,.0f} events/s, {calls[-1]} calls, {rows[-1]} rows written")
    figures = [
        Figure("drained", rates, "events/s", at_least=2000),
        exactly("calls to Pipedrive and TC2", calls, 0),
        exactly("rows of companies written", rows, 0),
        exactly("changes to send", entries, 0),
    ]
    notes = (
        f"{clients} clients with an agency and a recipient each, known already and linked to an "
        "organization in Pipedrive that they show, each sent again with nothing new. All are in "
        "the inbox before the drain starts."
    )
    return Result("resends", figures, [notes])


def _load(clients: int) -> None:
    """They are here and in Pipedrive from an earlier time; what was to be sent then was sent."""
    member = TeamMember.objects.order_by("pk").first()
    assert member is not None
    _fill(clients, 0, email=member.email)
    tasks.drain_inbox()
    _check_all_done(clients)
    assert Company.objects.count() == clients
    _link_to_pipedrive()
    # The clients show it from now on.
    _fill(clients, 0)
    tasks.drain_inbox()
    _check_all_done(clients)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE integrations_recordchange, integrations_outboxentry")
        cursor.execute("VACUUM ANALYZE")


def _link_to_pipedrive() -> None:
    known = ExternalLink.objects.filter(system=SYSTEM.name, kind="company")
    links = [
        ExternalLink(
            system=PIPEDRIVE.name,
            kind="company",
            remote_id=_organization(int(link.remote_id)),
            record_id=link.record_id,
        )
        for link in known.iterator()
    ]
    ExternalLink.objects.bulk_create(links, batch_size=2000)


def _organization(client_id: int) -> str:
    """Its number in Pipedrive."""
    return str(4_000_000 + client_id)


def _fill(clients: int, serial: int, email: str = "") -> None:
    """An inbox with one event for each client."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE integrations_webhookevent")
    at = _START + timedelta(hours=3 * serial)
    WebhookEvent.objects.bulk_create(
        (
            WebhookEvent(
                system=SYSTEM.name,
                dedupe_key=f"resend-{serial}-{pk}",
                headers={"content-type": "application/json"},
                body=_event(pk, at, email),
            )
            for pk in range(1, clients + 1)
        ),
        batch_size=2000,
    )


def _event(pk: int, at: datetime, email: str) -> bytes:
    event = {
        "action": "EDITED_A_CLIENT", "verb": "Edited a Client", "timestamp": at.isoformat(),
        "branch": 3, "actor": {"name": "TutorCruncher", "id": 1, "user_id": 1, "url": ""},
        "extra_msg": "", "subject": _client(pk, email),
    }  # fmt: skip
    return json.dumps({"event": event, "request_time": int(at.timestamp())}).encode()


def _client(pk: int, email: str) -> dict[str, Any]:
    """A client as TC2 shows it; whoever sells is named in full where an address is given."""
    named = {"first_name": "Anna", "last_name": "Whitlock", "email": email} if email else {}
    address = f"ada.{pk}@customers.example"
    return {
        "model": "Client", "id": pk, "first_name": "Ada", "last_name": f"Quill {pk}",
        "email": address, "phone": "+44 20 7946 0000", "mobile": None, "status": "live",
        "date_created": "2026-01-05T08:15:30.000000Z", "labels": [], "invoices_count": 2,
        "sales_person": {"id": SALES_PERSON, **named}, "associated_admin": None,
        "bdr_person": None,
        "paid_recipients": [
            {"id": 1_000_000 + pk, "first_name": "Ada", "last_name": f"Quill {pk}",
             "email": address},
        ],
        "extra_attrs": [
            {"id": 11, "machine_name": "utm_source", "value": "Google"},
            {"id": 12, "machine_name": "utm_campaign", "value": " spring-26"},
            *_shown("" if email else _organization(pk)),
        ],
        "meta_agency": {
            "id": 500_000 + pk, "name": f"Quill {pk} Tutors", "country": "United Kingdom (GB)",
            "website": f"https://quill-{pk}.example", "status": "active",
            "paid_invoice_count": 2, "created": 1_750_000_000, "price_plan": "1-payg",
            "narc": False, "signup_questionnaire": {"How many tutors?": "12"},
            "pay0_dt": "2026-01-09T10:00:00Z", "pay1_dt": None, "pay3_dt": None,
            "card_saved_dt": "2026-01-06T10:00:00Z", "email_confirmed_dt": None,
            "gclid": "CjwKCAiA", "gclid_expiry_dt": None,
        },
    }  # fmt: skip


def _shown(organization: str) -> list[dict[str, Any]]:
    """What the client shows of the CRM; nothing before it was there."""
    url = PIPEDRIVE.web_url("company", organization) if organization else ""
    values = {
        "pipedrive_id": organization, "pipedrive_url": url, "pipedrive_deal_stage": "",
        "pipedrive_pipeline": "",
    }  # fmt: skip
    return [
        {"id": number, "machine_name": name, "type": "Short Textbox", "value": value}
        for number, (name, value) in enumerate(values.items(), 15)
    ]


def _written() -> int:
    """Rows of companies that were changed so far."""
    return apps.get_model("companies.CompanyEvent").objects.count()


def _waiting() -> int:
    return OutboxEntry.objects.exclude(state=OutboxState.DONE).count()


def _check_all_done(clients: int) -> None:
    done = WebhookEvent.objects.filter(state=EventState.DONE).count()
    if done != clients:
        other = WebhookEvent.objects.exclude(state=EventState.DONE).first()
        raise RuntimeError(f"{done} of {clients} events are done; one is {vars(other)}")
