"""A visitor books a call: at a desk, on a phone, without JavaScript, with the keyboard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from meetings import support_links
from meetings.models import Meeting
from tests.browser.booking.visits import DESK, NARROW, PHONE, book, booked, fill_in, seen, start
from tests.factories import CompanyFactory, MeetingFactory


@pytest.mark.parametrize("viewport", [DESK, PHONE, NARROW], ids=["desk", "phone", "narrow"])
def test_a_visitor_books_a_call(browse, host, viewport):
    tab = browse(viewport=viewport)
    seen(tab, "1-start")
    start(tab)
    expect(tab.get_by_label("Times are shown for")).to_have_value("Europe/Lisbon")
    seen(tab, "2-times")
    tab.get_by_role("button", name="Next free time:").click()
    expect(tab.locator("input[name=time]:checked")).to_have_count(1)
    expect(tab.locator("#chosen")).not_to_be_empty()
    fill_in(tab)
    expect(tab.locator("input[name=altcha]")).not_to_have_value("")
    seen(tab, "3-details")
    book(tab)

    booked(tab)
    seen(tab, "4-done")
    meeting = Meeting.objects.get()
    assert (meeting.host, meeting.guest_timezone) == (host, "Europe/Lisbon")


def test_the_same_without_javascript(browse, host):
    tab = browse(java_script_enabled=False, viewport=PHONE)
    start(tab)
    tab.get_by_role("button", name="Later days").click()
    tab.get_by_role("button", name="Earlier days").click()
    tab.locator("input[name=time]").first.check()
    book(tab)
    expect(tab.get_by_role("alert")).to_contain_text("Type your name.")
    fill_in(tab)
    book(tab)

    booked(tab)
    assert Meeting.objects.count() == 1


def test_the_visitors_zone_is_found_out_and_can_be_changed(browse, host):
    tab = browse(f"/book/{host.pk}/", timezone_id="America/New_York")
    expect(tab.locator("#timezone")).to_have_value("America/New_York")
    expect(tab.locator("#times summary").first).to_be_visible()
    tab.get_by_label("Name").fill("Ines")
    eastern = tab.locator(".chip span").nth(-1).text_content()

    tab.get_by_label("Times are shown for").select_option("Asia/Tokyo")

    expect(tab.locator("#timezone option:checked")).to_have_text("Tokyo (GMT+9)")
    expect(tab.locator("#timezone")).to_be_focused()
    expect(tab.locator(".chip span").nth(-1)).not_to_have_text(eastern)
    expect(tab.get_by_label("Name")).to_have_value("Ines")


def test_the_whole_is_done_with_the_keyboard(browse, host):
    tab = browse(f"/book/{host.pk}/?plan=payg&country=GB", timezone_id="Europe/London")
    first = tab.locator("input[name=time]").first
    first.focus()
    tab.keyboard.press("Space")
    tab.keyboard.press("ArrowRight")
    expect(tab.locator("input[name=time]").nth(1)).to_be_checked()
    fill_in(tab)
    tab.get_by_label("Company").press("Enter")

    booked(tab)


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_a_time_that_is_taken_meanwhile_keeps_what_was_typed(browse, host, viewport):
    tab = browse(f"/book/{host.pk}/?plan=payg&country=PT", viewport=viewport)
    chosen = tab.locator("input[name=time]").nth(2)
    at = timezone.datetime.fromisoformat(chosen.get_attribute("value"))
    chosen.check()
    fill_in(tab)
    MeetingFactory(host=host, starts_at=at, ends_at=at + timedelta(minutes=30))
    book(tab)

    expect(tab.get_by_role("alert")).to_be_focused()
    expect(tab.get_by_role("alert")).to_contain_text("This time has just been taken.")
    expect(tab.get_by_label("Company")).to_have_value("Brightpath")
    seen(tab, "5-taken")
    nearest = tab.get_by_role("group", name="The nearest free times")
    expect(nearest.get_by_role("radio")).to_have_count(3)
    nearest.get_by_role("radio").first.check()
    book(tab)
    booked(tab)


def test_what_is_wrong_is_said_at_the_fields_and_above(browse, host):
    tab = browse(f"/book/{host.pk}/", viewport=PHONE)
    fill_in(tab, **{"E-mail": "ines", "Company": ""})
    book(tab)

    alert = tab.get_by_role("alert")
    expect(alert).to_be_focused()
    seen(tab, "6-errors")
    alert.get_by_role("link", name="Type the name of your company.").click()
    expect(tab.get_by_label("Company")).to_be_focused()
    alert.get_by_role("link", name="Choose a time.").click()
    expect(tab.get_by_role("group", name="Choose a time")).to_be_focused()
    expect(tab.get_by_label("E-mail")).to_have_value("ines")


def test_a_customer_follows_a_support_link(browse, host, settings, live_server):
    settings.SUPPORT_LINK_KEY = "link-key-0001"
    settings.CALLBOOKER_BASE_URL = f"{live_server.url}/book"
    tab = browse(support_links.link(host, CompanyFactory(name="Brightpath")))
    expect(tab.get_by_text("For Brightpath")).to_be_visible()
    tab.get_by_role("button", name="Next free time:").click()
    expect(tab.locator("#chosen")).not_to_be_empty()
    tab.get_by_label("Name").fill("Ines Duarte")
    tab.get_by_label("E-mail").fill("ines@brightpath.example")
    seen(tab, "10-support")
    book(tab)

    booked(tab)
    assert Meeting.objects.get().company.name == "Brightpath"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_from_right_to_left_and_in_the_dark(browse, host, scheme):
    tab = browse(f"/book/{host.pk}/?lang=fa&plan=startup", viewport=NARROW, color_scheme=scheme)
    expect(tab.locator("html")).to_have_attribute("dir", "rtl")
    seen(tab, f"13-rtl-{scheme}")


def test_targets_are_large_enough_for_a_thumb(browse, host):
    tab = browse(f"/book/{host.pk}/", viewport=PHONE)
    small = tab.evaluate(
        """() => [...document.querySelectorAll("a, button, input, select, summary")]
            .filter((each) => each.checkVisibility() && !each.closest(".unseen, .skip")
                && !each.matches(".unseen, .skip, [type=hidden]"))
            .filter((each) => each.getBoundingClientRect().height < 44)
            .map((each) => each.outerHTML)"""
    )

    assert small == []
