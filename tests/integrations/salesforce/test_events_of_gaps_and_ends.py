"""Events of deletions and of gaps, and those that come too early."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from deals.models import Deal
from integrations import tasks
from integrations.models import Connection, ExternalLink, WebhookEvent
from integrations.salesforce import SYSTEM, inbound
from integrations.sandbox.salesforce.by_hand import Late
from integrations.sync import inbox, poll, reconcile, upkeep

pytestmark = pytest.mark.django_db


def states(events) -> list[str]:
    return [event.state for event in events]


def try_again_in(seconds: float) -> None:
    """Let so much time go by here."""
    with time_machine.travel(timezone.now() + timedelta(seconds=seconds)):
        inbox.drain()


def reset_tries() -> None:
    WebhookEvent.objects.update(next_attempt_at=timezone.now())


def gone(loan: str) -> bool:
    return ExternalLink.objects.get(kind="deal", remote_id=loan).state == "gone"


def test_a_deleted_loan_ends_its_link_and_leaves_the_deal(relayed, salesforce, loan):
    salesforce.org.delete("loan", loan)

    (event,) = relayed.deliver()

    assert event.state == "done"
    assert gone(loan)
    assert Deal.objects.get().archived_at is None


def test_a_deletion_that_cannot_be_confirmed_is_believed(relayed, salesforce, loan):
    salesforce.org.delete("loan", loan)
    salesforce.org.erase("loan", loan)

    relayed.deliver()

    assert gone(loan)


def test_the_deletion_of_a_loan_that_hermes_does_not_have_is_ignored(relayed, salesforce):
    loan = salesforce.loan()
    salesforce.org.delete("loan", loan)
    event = relayed.happened()[-1]
    salesforce.sandbox.forget_calls()

    (event,) = relayed.deliver(event)

    assert (event.state, event.note) == ("ignored", "Hermes has no record of it")
    assert not salesforce.queries()
    assert not ExternalLink.objects.filter(kind="deal").exists()


def test_a_deletion_that_was_undone_meanwhile_ends_nothing(relayed, salesforce, loan):
    salesforce.org.delete("loan", loan)
    deletion = relayed.happened()
    salesforce.later(60)
    salesforce.org.undelete("loan", loan)
    undeletion = relayed.happened()

    relayed.deliver(*undeletion)
    relayed.deliver(*deletion)

    assert not gone(loan)


def test_a_loan_that_was_deleted_and_came_back_is_followed_again(relayed, salesforce, loan):
    salesforce.org.delete("loan", loan)
    relayed.deliver()
    salesforce.later(60)
    salesforce.org.undelete("loan", loan)
    salesforce.org.edit("loan", loan, amount=300_000)

    relayed.deliver()

    assert not gone(loan)
    assert salesforce.deal(loan).value == 300_000


def test_a_gap_where_a_deletion_may_be_ends_only_what_is_deleted(relayed, salesforce, loan):
    other = salesforce.loan(name="Another")
    salesforce.poll()
    salesforce.org.delete("loan", other)

    relayed.deliver(relayed.emit("GAP_DELETE", loan, other))

    assert (gone(loan), gone(other)) == (False, True)


def test_a_gap_of_a_loan_that_is_hidden_from_us_ends_nothing(relayed, salesforce, loan):
    salesforce.org.share("loan", loan, shared=False)

    relayed.deliver(relayed.emit("GAP_DELETE", loan))

    assert not gone(loan)


# -- before it can be seen ------------------------------------------------------------------------


def test_an_event_before_its_change_is_committed_is_tried_again_once(relayed, salesforce, loan):
    salesforce.later(60)
    salesforce.org.edit("loan", loan, amount=300_000, late=Late(20, told=True))

    (event,) = relayed.deliver()
    assert (event.state, event.attempts) == ("retrying", 1)
    assert salesforce.deal(loan).value == 250_000

    salesforce.later(30)
    try_again_in(31)
    assert WebhookEvent.objects.get().state == "done"
    assert salesforce.deal(loan).value == 300_000


def test_an_event_whose_change_never_comes_to_light_is_tried_again_only_once(
    relayed, salesforce, loan
):
    salesforce.later(60)
    at = int(salesforce.sandbox.clock.time() * 1000)

    relayed.deliver(relayed.emit("UPDATE", loan, commitTimestamp=at))
    try_again_in(31)

    event = WebhookEvent.objects.get()
    assert (event.state, event.attempts) == ("done", 2)


def test_a_loan_that_is_not_shown_is_looked_for_three_times_more_and_no_longer(relayed, salesforce):
    loan = salesforce.loan()
    salesforce.org.share("loan", loan, shared=False)
    (event,) = [one for one in relayed.happened() if one.object.endswith("__c")]

    relayed.deliver(event)
    for seconds in (31, 62, 93, 124):
        try_again_in(seconds)

    event = WebhookEvent.objects.get()
    assert (event.state, event.attempts) == ("ignored", 4)
    assert event.note == "Salesforce does not show it"


def test_a_read_that_fails_is_tried_again_and_nothing_is_lost(relayed, salesforce, loan):
    salesforce.org.edit("loan", loan, amount=300_000)
    salesforce.sandbox.trouble.add("error", system="salesforce", times=5, status=503)
    assert states(relayed.deliver()) == ["retrying"]

    reset_tries()
    inbox.drain()

    assert WebhookEvent.objects.get().state == "done"
    assert salesforce.deal(loan).value == 300_000


def test_events_that_fail_together_are_read_one_by_one(relayed, salesforce, monkeypatch):
    loans = [salesforce.loan(name=f"Loan {number}") for number in range(3)]

    def fails_for_one(row, how, read=inbound.loan):
        if row["Id"] == loans[1]:
            raise RuntimeError("a row that nobody foresaw")
        return read(row, how)

    monkeypatch.setattr(inbound, "loan", fails_for_one)

    events = relayed.deliver(*[relayed.emit("UPDATE", pk) for pk in loans])

    assert states(events) == ["done", "retrying", "done"]
    assert Deal.objects.count() == 2


# -- what asks for more ---------------------------------------------------------------------------


def test_a_gap_is_read_and_has_a_poll_made_at_once(relayed, salesforce, loan):
    salesforce.org.edit("loan", loan, amount=300_000)
    assert SYSTEM not in upkeep.due_for_poll()

    relayed.deliver(relayed.emit("GAP_UPDATE", loan))

    assert salesforce.deal(loan).value == 300_000
    assert SYSTEM in upkeep.due_for_poll()
    salesforce.poll()
    assert SYSTEM not in upkeep.due_for_poll()


def test_a_poll_that_was_asked_for_and_failed_is_made_at_the_usual_time(relayed, salesforce, loan):
    relayed.deliver(relayed.emit("GAP_UPDATE", loan))
    salesforce.sandbox.trouble.add("error", system="salesforce", times=None, status=503)
    with pytest.raises(Exception, match="503"):
        salesforce.poll()

    assert SYSTEM not in upkeep.due_for_poll()
    assert Connection.objects.get(system="salesforce").poll_asked_at is not None
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert SYSTEM in upkeep.due_for_poll()


def test_what_is_asked_for_during_a_poll_is_left_for_the_next(relayed, salesforce, loan):
    relayed.deliver(relayed.emit("GAP_UPDATE", loan))
    event = relayed.emit("GAP_UPDATE", loan)

    def meanwhile(kind, counts):
        relayed.deliver(event)

    poll.poll(SYSTEM, progress=meanwhile)

    assert SYSTEM in upkeep.due_for_poll()


@pytest.mark.parametrize(
    ("change", "ids"), [("GAP_OVERFLOW", []), ("UPDATE", ["a0X*"]), ("DELETE", ["*"])]
)
def test_too_many_changes_to_name_have_everything_compared(relayed, salesforce, loan, change, ids):
    missed = salesforce.loan(name="Nobody told of it")

    (event,) = relayed.deliver(relayed.emit(change, *ids))

    assert (event.state, event.note) == ("done", "It asks for a reconcile")
    assert upkeep.due_for_comparison() == [SYSTEM]
    reconcile.reconcile(SYSTEM)
    assert salesforce.deal(missed)
    assert upkeep.due_for_comparison() == []


def test_what_is_asked_for_is_started_by_the_timer(relayed, loan, monkeypatch):
    started = []
    for task in (tasks.poll_system, tasks.reconcile_system):
        monkeypatch.setattr(task, "apply_async", lambda args, **_: started.append(args))
    relayed.deliver(relayed.emit("GAP_UPDATE", loan), relayed.emit("GAP_OVERFLOW"))

    tasks.poll_due()

    assert [args for args in started if args == ["salesforce"]] == [["salesforce"]] * 2
