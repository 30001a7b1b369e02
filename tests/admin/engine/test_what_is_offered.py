"""Pages offer a person nothing that is refused when they take it."""

import re
from html import unescape

import pytest
from django.urls import reverse

from companies.merging import merge
from hermes.roles import ROLES
from tests.factories import ContactFactory, DealFactory, MeetingFactory

from . import rows

LINK = re.compile(r'<a\b[^>]*?href="(/admin/[^"#]*)"')
FORM = re.compile(r'<form\b[^>]*?action="(/admin/[^"#]*)"[^>]*?method="post"'
                  r'|<form\b[^>]*?method="post"[^>]*?action="(/admin/[^"#]*)"')  # fmt: skip


def page_of(row):
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])


def list_of(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_changelist")


@pytest.fixture
def pages(one_of_each, sandbox):
    """The dashboard, the list and the page of one of each thing, and what a merge did."""
    deal = DealFactory(contact=ContactFactory(first_name="Priya"))
    company = deal.company
    rows.linked(company)
    rows.change(company, system="tc2")
    call = MeetingFactory(company=company, deal=deal, contact=deal.contact)
    merged = merge(winner=company, losers=[rows.company("Acme again")])
    records = [company, deal, deal.contact, call, call.host, deal.pipeline, deal.stage]
    shown = [*records, *one_of_each.values()]
    others = [reverse("admin:index"), reverse("merged", args=[merged.pk])]
    return [*others, *map(list_of, shown), *map(page_of, shown)]


@pytest.fixture
def offered(as_, pages, started):
    """Log in with a role: the addresses that links lead to, and those that buttons post to."""

    def look(role):
        client, links, buttons = as_(role), set(), set()
        for page in pages:
            response = client.get(page)
            text = response.content.decode() if response.status_code == 200 else ""
            links |= {unescape(each) for each in LINK.findall(text)}
            buttons |= {unescape(one or other) for one, other in FORM.findall(text)}
        # Logging out is for everybody, and last of all.
        return client, links, {each for each in buttons if "logout" not in each}

    return look


@pytest.mark.parametrize("role", ROLES)
def test_no_link_leads_to_a_page_that_is_refused(offered, role):
    client, links, _ = offered(role)

    assert len(links) > 30
    assert [each for each in sorted(links) if client.get(each).status_code == 403] == []


@pytest.mark.parametrize("role", ROLES)
def test_no_button_is_refused(offered, role):
    client, _, buttons = offered(role)

    assert bool(buttons) is (role != "read only")
    assert [each for each in sorted(buttons) if client.post(each).status_code == 403] == []


@pytest.mark.parametrize("role", ROLES)
def test_applying_again_since_a_time_is_offered_to_operations(as_, role):
    text = as_(role).get(reverse("admin:integrations_webhookevent_changelist")).content.decode()

    assert ("Apply again since a time" in text) is (role == "operations")


@pytest.mark.parametrize("role", ROLES)
def test_setting_up_is_offered_to_operations(as_, role):
    rows.connection()

    text = as_(role).get(reverse("admin:integrations_connection_changelist")).content.decode()

    assert ("Set up Pipedrive" in text) is (role == "operations")
