"""Every page, by its form: at a desk and on a phone, and for people who hear or tab it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from integrations.models import (
    Conflict,
    ExternalLink,
    OutboxEntry,
    PossibleDuplicate,
    SyncLog,
    SyncRun,
    WebhookEvent,
)
from integrations.pipedrive import SYSTEM
from integrations.sync import connections
from tests.browser.barriers import barriers, too_wide
from tests.factories import CompanyFactory, ContactFactory, DealFactory, MeetingFactory

#: A name that offers no place to break it, nearly as long as Pipedrive takes one.
LONG = "Unbrokennameofacompany" * 11

#: The other lists are made by the same template of the same kinds of column.
LISTS = [
    "companies_company", "companies_teammember", "deals_deal", "integrations_conflict",
    "integrations_possibleduplicate", "integrations_connection", "integrations_outboxentry",
    "integrations_webhookevent", "integrations_syncrun",
]  # fmt: skip
#: What the engine wrote, the newest of each.
WRITTEN = [Conflict, OutboxEntry, WebhookEvent, SyncRun, PossibleDuplicate]


@pytest.fixture
def company(known):
    """A company with something of everything, in words that are long."""
    company = known(LONG)
    deal = DealFactory(company=company, contact=ContactFactory(company=company))
    MeetingFactory(company=company, contact=deal.contact, deal=deal)
    record = {"system": "pipedrive", "kind": "company", "record_id": company.pk}
    OutboxEntry.objects.create(**record, state="dead", reason="rejected", last_error=f"No {LONG}")
    values = {"base_value": "", "hub_value": f"https://{LONG}", "remote_value": LONG}
    Conflict.objects.create(**record, field="website", policy="ask", **values)
    SyncLog.objects.create(**record, topic="test", message=f"Have a look at {LONG}")
    pair = {"first_id": company.pk, "second_id": known("Lark Field").pk}
    PossibleDuplicate.objects.create(kind="company", why="same name", **pair)
    SyncRun.objects.create(system="pipedrive", action="poll", report=LONG)
    connections.of(SYSTEM)
    company.name = f"{LONG}{LONG}"[:300]
    company.save()
    return company


@pytest.fixture
def addresses(company):
    """Every page that staff see, with something on it, by what it is."""
    lists = [reverse(f"admin:{name}_changelist") for name in LISTS]
    rows = [company, *company.deals.all(), *company.meetings.all()]
    rows += [model.objects.latest("pk") for model in WRITTEN]
    pages = [
        reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
        for row in rows
    ]
    link = ExternalLink.objects.get(kind="company", record_id=company.pk)
    ids = ",".join(str(row.pk) for row in type(company).objects.all())
    forms = [
        reverse("admin:companies_company_add"),
        reverse("find") + "?q=company",
        reverse("merge", args=["company"]) + f"?ids={ids}",
        reverse("record-compare", args=["company", company.pk, link.pk]),
        reverse("record-unlink", args=["company", company.pk, link.pk]),
        reverse("admin:integrations_webhookevent_since"),
    ]
    return {
        "lists": [reverse("admin:index"), *lists],
        "records": pages,
        "questions": [*forms, reverse("admin:login")],
    }


def visit(page, live_server, addresses):
    """Open one after the other, the log-in page without a session; yields each address."""
    for address in addresses:
        if address == reverse("admin:login"):
            page.context.clear_cookies()
        page.goto(f"{live_server.url}{address}")
        yield address


@pytest.mark.parametrize("sort", ["lists", "records", "questions"])
def test_every_page_fits_a_phone_and_a_desk_and_keeps_nobody_out(sort, as_, addresses, live_server):
    page, faults = as_("operations"), []
    for address in visit(page, live_server, addresses[sort]):
        said = barriers(page)
        said += [
            f"{over} px too wide at {w}"
            for w in (320, 390, 1280)
            if (over := too_wide(page, w)) > 0
        ]
        page.set_viewport_size({"width": 1280, "height": 900})
        for role, more in [("main", {}), ("heading", {"level": 1})]:
            if (number := page.get_by_role(role, **more).count()) != 1:
                said.append(f"{number} of {role}")
        faults += [f"{address}: {each}" for each in said]

    assert not faults, "\n".join(faults)


def test_what_a_phone_can_do_with_an_unlinked_record_is_not_cut_off(
    as_, pipedrive, tc2, live_server
):
    page, company = as_("sales"), CompanyFactory()
    address = reverse("admin:companies_company_change", args=[company.pk])
    page.goto(f"{live_server.url}{address}")
    page.set_viewport_size({"width": 390, "height": 800})

    links = page.get_by_role("region", name="Linked records")
    hidden = links.evaluate(
        "all => [...all.querySelectorAll('.hermes-scroll, .hermes-scroll *')]"
        ".filter(one => getComputedStyle(one).overflowY == 'auto')"
        ".map(one => one.scrollHeight - one.clientHeight)"
    )
    assert hidden == [0]
    buttons = links.get_by_role("group", name="TC2")
    assert buttons.get_by_role("button", name="Link", exact=True).is_visible()
