"""The one row that says when calls can be booked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError

from meetings.models import BookingRules

from .forms import opened, page

pytestmark = pytest.mark.django_db

NEGATIVE = ["-00:15:00", "-1 00:00:00", "-0:00:01"]


@pytest.fixture
def rules():
    return BookingRules.load()


def refused(client, rules, **values) -> str:
    """What the page says when it is saved with these values; nothing is saved."""
    before = BookingRules.objects.values().get()
    response = client.post(page(rules), {**opened(client, rules), **values})
    assert response.status_code == 200
    assert BookingRules.objects.values().get() == before
    return str(response.context["adminform"].form.errors.get(next(iter(values)), ""))


@pytest.mark.parametrize("time", NEGATIVE)
@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("duration", "Duration must be 0:01:00 or more."),
        ("buffer", "Buffer must be 0:00:00 or more."),
        ("minimum_notice", "Minimum notice must be 0:00:00 or more."),
        ("horizon", "Horizon must be 0:01:00 or more."),
    ],
)
def test_a_negative_time_is_refused_at_its_field(client, staff, rules, field, said, time):
    staff("sales lead")

    assert said in refused(client, rules, **{field: time})


@pytest.mark.parametrize("field", ["duration", "horizon"])
def test_a_call_and_the_days_to_book_it_in_take_some_time(client, staff, rules, field):
    staff("sales lead")

    assert "must be 0:01:00 or more." in refused(client, rules, **{field: "0"})


@pytest.mark.parametrize("field", ["duration", "buffer", "minimum_notice", "horizon"])
def test_the_database_keeps_no_negative_time_either(rules, field):
    with pytest.raises(IntegrityError, match="booking_times_are_not_negative"):
        BookingRules.objects.update(**{field: timedelta(seconds=-1)})


def test_calls_without_a_pause_or_notice_are_allowed(client, staff, rules):
    staff("sales lead")

    response = client.post(
        page(rules), {**opened(client, rules), "buffer": "0", "minimum_notice": "0"}
    )

    assert response.status_code == 302
    rules.refresh_from_db()
    assert (rules.buffer, rules.minimum_notice) == (timedelta(), timedelta())


@pytest.mark.parametrize("end", ["10:00", "09:59"])
def test_a_day_that_ends_before_it_starts_is_refused_at_its_field(client, staff, rules, end):
    staff("sales lead")

    said = refused(client, rules, latest_end=end)

    assert "Latest end must be after the earliest start." in said
