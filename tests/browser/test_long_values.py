"""Tables and headings that hold long words: nothing of them stands outside of the screen."""

from __future__ import annotations

import pytest
from django.urls import reverse

from integrations.models import ExternalLink, SyncRun
from tests.browser.barriers import too_wide

ADDRESS = "tom.okoro.0000fyo2y.22@borrowers.example"

#: Texts of cells and of the heading that reach beyond the screen, or out of their own box.
CUT_OFF = """
    [...document.querySelectorAll('#content td, #content tbody th, h1, h1 *')]
    .filter(one => one.getClientRects().length)
    .filter(one => one.getBoundingClientRect().right > innerWidth
        || (one.closest('h1') && getComputedStyle(one).display != 'inline'
            && one.scrollWidth > one.clientWidth))
    .map(one => one.innerText)
"""


def cut_off(page, address, width):
    """What nobody can read of a page on a screen of this width."""
    page.goto(address)
    over = too_wide(page, width)
    return [*page.evaluate(CUT_OFF), *([f"{over} px too wide"] if over > 0 else [])]


@pytest.mark.parametrize("width", [390, 1280])
def test_a_long_address_breaks_inside_of_its_cell_among_salesforces_fields(
    as_, salesforce, live_server, width
):
    salesforce.loan(salesforce.borrower(Email=ADDRESS), name=ADDRESS * 2)
    salesforce.poll()
    page = as_("operations")

    address = reverse("admin:integrations_connection_fields", args=["salesforce"])
    assert cut_off(page, f"{live_server.url}{address}", width) == []
    assert page.get_by_text(ADDRESS, exact=True).count() > 0


@pytest.mark.parametrize("times", [1, 6])
def test_a_comparison_is_read_on_a_phone(as_, known, live_server, times):
    company = known("A company with a name of some length" * times)
    link = ExternalLink.objects.get(kind="company", record_id=company.pk)
    page = as_("sales")

    address = reverse("record-compare", args=["company", company.pk, link.pk])
    assert cut_off(page, f"{live_server.url}{address}", 390) == []
    bar, title = page.locator("#header-inner").locator("../.."), page.locator("h1")
    assert title.bounding_box()["height"] <= bar.bounding_box()["height"]
    cell = page.locator("td[data-label='What happens']").first
    assert "What happens" in cell.evaluate("cell => getComputedStyle(cell, '::before').content")


def test_the_numbers_of_a_run_are_read_on_a_phone(as_, live_server):
    numbers = {"seen": 120, "created": 1, "changed": 2, "removed": 3, "skipped": 4, "failed": 5}
    run = SyncRun.objects.create(system="pipedrive", action="poll", counts={"company": numbers})
    page = as_("operations")

    address = reverse("admin:integrations_syncrun_change", args=[run.pk])
    assert cut_off(page, f"{live_server.url}{address}", 390) == []
    labels = "all => all.map(one => one.dataset.label)"
    assert page.locator("td[data-label]").evaluate_all(labels) == [
        "Read", "Added", "Changed", "Deleted there", "Left out", "Failed",
    ]  # fmt: skip


def test_all_columns_of_the_deals_fit_beside_the_menu(as_, salesforce, live_server):
    salesforce.loan(status="Submitted", amount=1_248_000)
    salesforce.poll()
    page = as_("sales")

    address = reverse("admin:deals_deal_changelist")
    assert cut_off(page, f"{live_server.url}{address}", 1280) == []
    assert page.get_by_text("1,248,000.00 USD").count() > 0
