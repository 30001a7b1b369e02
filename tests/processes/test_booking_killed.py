"""The web dies while a visitor books: there is a whole booking afterwards, or none."""

from __future__ import annotations

import http.client
import json
import threading
from contextlib import closing

import pytest
from django.db import transaction

from companies.models import Company, TeamMember
from contacts.models import Contact
from integrations.models import ExternalLink
from meetings import settling
from meetings.models import Meeting
from tests.at_once import is_waited_for
from tests.factories import TeamMemberFactory
from tests.meetings.website import sales_call
from tests.processes.parts import until

pytestmark = pytest.mark.processes


class Visitor:
    """Sends one booking; ``again`` sends the same once more and waits for the answer."""

    def __init__(self, hermes, host) -> None:
        self.hermes, self.body = hermes, json.dumps(sales_call(host))
        self.thread = threading.Thread(target=self._try)

    def send(self) -> None:
        self.thread.start()

    def again(self) -> tuple[int, dict]:
        door = self.hermes.connect()
        headers = {"Content-Type": "application/json"}
        with closing(door):
            door.request("POST", "/callbooker/sales/book/", self.body, headers)
            response = door.getresponse()
            return response.status, json.loads(response.read())

    def _try(self) -> None:
        try:
            self.again()
        except (OSError, http.client.HTTPException):
            return


@pytest.fixture
def host(hermes):
    return TeamMemberFactory()


@pytest.fixture
def visitor(hermes, calendar, host):
    hermes.start("web")
    return Visitor(hermes, host)


def sweep() -> None:
    """What beat asks of a worker, once the visitor's own time is over."""
    Meeting.all_objects.update(updated_at="2026-01-01T00:00:00Z")
    settling.settle_awaiting()


def whole(calendar) -> bool:
    planned = Meeting.objects.filter(status="planned", awaits_calendar=False)
    assert not Meeting.all_objects.filter(awaits_calendar=True).exists()
    return planned.count() == len(calendar.events()) == 1


@pytest.mark.parametrize("moment", ["hold-before", "hold-after"])
def test_killed_around_the_calendars_write_the_call_is_whole_after_the_sweep(
    hermes, calendar, visitor, moment
):
    calendar.set(moment)
    visitor.send()
    until("the write is under way", lambda: calendar.has(f"{moment}-reached"))
    hermes.parts["web"].kill()
    visitor.thread.join()
    calendar.clear(moment)
    assert len(calendar.events()) == (moment == "hold-after")
    assert Meeting.objects.get().awaits_calendar

    sweep()

    assert whole(calendar)


@pytest.mark.parametrize("moment", ["hold-before", "hold-after"])
def test_killed_around_the_calendars_write_the_visitors_next_try_has_the_same_call(
    hermes, calendar, visitor, moment
):
    calendar.set(moment)
    visitor.send()
    until("the write is under way", lambda: calendar.has(f"{moment}-reached"))
    hermes.parts["web"].kill()
    visitor.thread.join()
    calendar.clear(moment)
    hermes.start("web")

    status, answer = visitor.again()

    assert (status, answer["status"]) == (200, "ok")
    assert whole(calendar)
    assert (Company.objects.count(), Contact.objects.count()) == (1, 1)


def test_killed_before_the_call_is_kept_there_is_none_and_the_next_try_books(
    hermes, calendar, visitor, host
):
    with transaction.atomic():
        TeamMember.objects.select_for_update(no_key=True).get(pk=host.pk)
        visitor.send()
        until("the booking waits for its host", is_waited_for)
        hermes.parts["web"].kill()
    visitor.thread.join()
    assert not Meeting.all_objects.exists()
    assert (Company.objects.count(), Contact.objects.count()) == (1, 1)
    hermes.start("web")

    assert visitor.again()[0] == 200

    assert whole(calendar)
    assert (Company.objects.count(), Contact.objects.count()) == (1, 1)


def test_a_call_that_awaits_its_calendar_is_in_pipedrive_only_when_it_is_settled(
    hermes, calendar, visitor
):
    hermes.start("worker")
    hermes.set_up()
    calendar.set("hold-before")
    visitor.send()
    until("the write is under way", lambda: calendar.has("hold-before-reached"))
    until("the company is there", lambda: hermes.organizations())
    hermes.settle()
    assert hermes.account.records("activity") == []
    calendar.clear("hold-before")
    visitor.thread.join()
    hermes.settle()

    assert len(hermes.account.records("activity")) == 1
    assert ExternalLink.objects.filter(kind="meeting", state="live").count() == 1
