"""The one row that says when calls can be booked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError

from meetings.models import BookingRules
from tests.factories import TeamMemberFactory
from tests.meetings.visitor import Visitor

from .forms import opened, page

pytestmark = pytest.mark.django_db

NEGATIVE = ["-00:15:00", "-1 00:00:00", "-0:00:01"]


@pytest.fixture
def rules():
    return BookingRules.load()


@pytest.fixture
def visitor(calendar):
    return Visitor()


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
        ("duration", "Duration must be 0:05:00 or more."),
        ("buffer", "Buffer must be 0:00:00 or more."),
        ("minimum_notice", "Minimum notice must be 0:00:00 or more."),
        ("horizon", "Horizon must be 0:05:00 or more."),
    ],
)
def test_a_negative_time_is_refused_at_its_field(client, staff, rules, field, said, time):
    staff("sales lead")

    assert said in refused(client, rules, **{field: time})


@pytest.mark.parametrize("field", ["duration", "horizon"])
def test_a_call_and_the_days_to_book_it_in_take_some_time(client, staff, rules, field):
    staff("sales lead")

    assert "must be 0:05:00 or more." in refused(client, rules, **{field: "0"})


@pytest.mark.parametrize("time", ["61 00:00:00", "999999999 00:00:00", "9" * 30, "P9999999999D"])
@pytest.mark.parametrize("field", ["duration", "buffer", "minimum_notice", "horizon"])
def test_a_time_longer_than_any_call_or_list_is_refused_at_its_field(
    client, staff, rules, field, time
):
    staff("sales lead")

    assert refused(client, rules, **{field: time})


@pytest.mark.parametrize(
    ("field", "most"),
    [("duration", "04:00:00"), ("buffer", "04:00:00"), ("minimum_notice", "60 00:00:00"),
     ("horizon", "60 00:00:00")],
)  # fmt: skip
def test_the_longest_times_are_allowed_and_offered(client, staff, rules, visitor, field, most):
    TeamMemberFactory(plans=["payg"])
    staff("sales lead")

    response = client.post(page(rules), {**opened(client, rules), field: most})

    assert response.status_code == 302
    visitor.start()
    assert visitor.response.status_code == 200


@pytest.mark.parametrize("days", [-1, 61])
@pytest.mark.parametrize("field", ["duration", "buffer", "minimum_notice", "horizon"])
def test_the_database_keeps_no_such_time_either(rules, field, days):
    with pytest.raises(IntegrityError, match=f"booking_{field}_is_bounded"):
        BookingRules.objects.update(**{field: timedelta(days=days)})


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
