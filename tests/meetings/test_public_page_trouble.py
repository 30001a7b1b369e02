"""What goes wrong on the public page is told, and nothing that was typed is lost."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from companies.models import Company
from meetings.models import HostChoice, Meeting
from tests.factories import MeetingFactory

pytestmark = pytest.mark.django_db


def test_an_empty_form_names_each_field_and_keeps_the_rest(visitor, host):
    visitor.start()
    response = visitor.press("book", phone="12345")

    assert response.status_code == 422
    for name, said in [("time", "Choose a time."), ("name", "Type your name."),
                       ("company_name", "Type the name of your company.")]:  # fmt: skip
        assert f'<a href="#{name}">{said}</a>' in visitor.html
        assert f'id="{name}-error"' in visitor.html
    assert visitor.values["phone"] == "12345"
    assert not Meeting.objects.exists()
    assert not Company.objects.exists()


def test_a_visit_without_a_plan_is_asked_for_one(visitor, host):
    visitor.open("/book/")
    response = visitor.press("times", plan="gold", country="ZZ")

    assert response.status_code == 422
    assert "Choose a plan." in visitor.text
    assert "Choose your country." in visitor.text
    assert not HostChoice.objects.exists()


def test_a_plan_that_nobody_sells_is_told(visitor, db):
    visitor.start()

    assert visitor.response.status_code == 422
    assert "Nobody takes calls for this plan" in visitor.text


def test_a_time_that_is_taken_meanwhile_keeps_what_was_typed_and_offers_the_nearest(visitor, host):
    visitor.start()
    wanted = datetime.fromisoformat(visitor.times[5])
    MeetingFactory(host=host, starts_at=wanted, ends_at=wanted + timedelta(minutes=30))

    response = visitor.book(wanted.isoformat())

    assert response.status_code == 400
    assert "This time has just been taken." in visitor.text
    assert visitor.values["name"] == "Ines Duarte"
    assert wanted.isoformat() not in visitor.times
    others = sorted({datetime.fromisoformat(time) for time in visitor.times})
    nearest = sorted(sorted(others, key=lambda at: abs(at - wanted))[:3])
    assert visitor.times[:3] == [at.isoformat() for at in nearest], "first of all"
    assert len(visitor.times) > len(others), "and where they belong"
    assert visitor.book().status_code == 303
    assert Meeting.objects.filter(contact__email="ines@brightpath.example").count() == 1


def test_a_second_call_around_that_time_is_refused_and_shows_nothing_of_the_first(visitor, host):
    visitor.start()
    first, beside = visitor.times[:2]
    visitor.book(first)
    visitor.start()

    response = visitor.book(beside)

    assert response.status_code == 400
    assert "You already have a call with us around this time." in visitor.text
    assert "/book/calls/" not in visitor.html
    assert Meeting.objects.count() == 1


@pytest.mark.parametrize(
    "time", ["", "soon", "2020-01-01T10:00:00+00:00", "9" * 400, "0001-01-01T00:00:00+14:00",
             "9999-12-31T23:59:59-12:00"]
)  # fmt: skip
def test_a_time_that_is_none_is_refused_at_its_field(visitor, host, time):
    visitor.start()
    response = visitor.press("book", **{"name": "Ines", "email": "ines@brightpath.example",
                                        "company_name": "Brightpath", "time": time})  # fmt: skip

    assert response.status_code == 422
    assert 'id="time-error"' in visitor.html
    assert not Meeting.objects.exists()


def test_a_time_beyond_what_is_offered_is_refused(visitor, host):
    visitor.start()
    far = datetime.fromisoformat(visitor.times[0]) + timedelta(days=70)

    assert visitor.book(far.isoformat()).status_code == 400
    assert not Meeting.objects.exists()


def test_a_calendar_that_cannot_be_read_is_told_and_offers_no_time(visitor, host, calendar):
    calendar.set("away")
    visitor.start()

    assert visitor.response.status_code == 503
    assert "The calendar cannot be read just now." in visitor.text
    assert visitor.times == []


def test_a_calendar_that_takes_nothing_is_told_and_keeps_what_was_typed(visitor, host, calendar):
    visitor.start()
    calendar.set("refuses")

    response = visitor.book()

    assert response.status_code == 400
    assert "could not be put into our calendar" in visitor.text
    assert visitor.values["company_name"] == "Brightpath"
    assert not Meeting.objects.filter(status="planned").exists()


@pytest.mark.parametrize("address", ["/book/999999/", f"/book/{10**30}/", "/book/nobody/"])
def test_who_is_not_there_is_a_page_that_leads_on(visitor, db, address):
    response = visitor.open(address)

    assert response.status_code == 404
    assert 'href="/book/"' in visitor.html


def test_who_left_cannot_be_booked(visitor, host):
    visitor.open(f"/book/{host.pk}/")
    host.is_active = False
    host.save()

    assert visitor.book(plan="payg").status_code == 404
