"""Loans and borrowers, read by asking what changed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from contacts.models import Contact
from deals.models import Deal
from integrations.models import ExternalLink, SyncCursor, SyncLog
from integrations.salesforce import SYSTEM
from integrations.sandbox.salesforce.by_hand import Late
from integrations.sync import reconcile
from tests.salesforce_loop import OFFICER

pytestmark = pytest.mark.django_db


def test_a_loan_of_the_officer_is_a_deal_and_its_borrower_a_contact(salesforce):
    borrower = salesforce.borrower(Phone="+1 202 555 0143")
    loan = salesforce.loan(borrower)

    salesforce.poll()

    deal = salesforce.deal(loan)
    assert (deal.name, deal.kind, deal.value) == ("Quill - 12 Elm Street", "loan", 250_000)
    assert (deal.stage.name, deal.status, deal.company) == ("Application In", "open", None)
    assert deal.contact == salesforce.linked("contact", borrower)
    assert (deal.contact.name, deal.contact.email) == ("Ada Quill", "Quill@quill.example")
    assert deal.contact.role == "borrower"


def test_a_second_poll_changes_nothing(salesforce):
    loan = salesforce.loan()
    salesforce.poll()
    before = salesforce.deal(loan).updated_at

    salesforce.poll()

    assert (Deal.objects.count(), Contact.objects.count()) == (1, 1)
    assert salesforce.deal(loan).updated_at == before


def test_another_officers_loan_is_not_ours(salesforce):
    salesforce.loan(officer="Somebody Else")

    salesforce.poll()

    assert not Deal.objects.exists()


def test_all_pages_are_read_and_the_next_poll_begins_at_the_newest_change(salesforce):
    salesforce.org.switches.page_size = 200
    salesforce.org.seed(2500, names=[OFFICER])

    run = salesforce.poll()

    assert run.counts["deal"]["seen"] == 2500
    # Those in one of twelve statuses are left alone.
    assert Deal.objects.count() == 2500 - 2500 // 12
    newest = ExternalLink.objects.filter(system="salesforce").latest("modified_at").modified_at
    assert SyncCursor.objects.get(system="salesforce", kind="deal").watermark == newest


def test_loans_of_one_second_on_two_pages_are_all_there(salesforce):
    salesforce.org.switches.page_size = 200
    salesforce.org.seed(300, names=[OFFICER], step_seconds=0)

    salesforce.poll()
    before = Deal.objects.order_by("-updated_at").first().updated_at
    run = salesforce.poll()

    assert ExternalLink.objects.filter(system="salesforce", kind="deal").count() == 275
    assert Deal.objects.order_by("-updated_at").first().updated_at == before
    assert run.counts["deal"]["seen"] == 300


def test_what_is_committed_late_is_seen_by_the_next_poll(salesforce):
    loan = salesforce.loan()
    salesforce.poll()
    salesforce.org.edit("loan", loan, late=Late(300), status="Pre-Approved")
    other = salesforce.loan()
    salesforce.later(60)
    salesforce.poll()
    assert salesforce.deal(loan).stage.name == "Application In"
    assert salesforce.deal(other)

    salesforce.later(300)
    salesforce.poll()

    assert salesforce.deal(loan).stage.name == "Pre-Approved"


def test_a_change_that_an_import_dated_back_is_seen(salesforce):
    loan = salesforce.loan()
    salesforce.poll()
    salesforce.later(3600)
    salesforce.org.edit(
        "loan", loan, amount=300_000, LastModifiedDate="2020-01-01T00:00:00.000+0000"
    )

    salesforce.poll()

    assert salesforce.deal(loan).value == 300_000


def test_a_record_that_the_system_alone_worked_on_is_read(salesforce):
    loan = salesforce.loan()
    salesforce.poll()
    salesforce.later(3600)
    at = salesforce.org.touch("loan", loan)["SystemModstamp"]

    salesforce.poll()

    link = ExternalLink.objects.get(remote_id=loan)
    assert link.modified_at == datetime.fromisoformat(at)


def test_an_edit_in_the_second_of_a_poll_is_seen_by_the_next(salesforce):
    salesforce.sandbox.clock.freeze()
    loan = salesforce.loan()
    salesforce.poll()
    salesforce.org.edit("loan", loan, amount=300_000)

    salesforce.poll()

    assert salesforce.deal(loan).value == 300_000


@pytest.mark.parametrize("seconds", [-300, 300])
def test_a_clock_five_minutes_off_hides_nothing(salesforce, seconds):
    salesforce.sandbox.clock.set(timezone.now() + timedelta(seconds=seconds))
    loan = salesforce.loan()
    salesforce.poll()
    for amount in (1000, 2000):
        salesforce.later(2)
        salesforce.org.edit("loan", loan, amount=amount)
        salesforce.poll()

        assert salesforce.deal(loan).value == amount


def test_a_borrower_who_is_edited_alone_is_read_again(salesforce):
    borrower = salesforce.borrower()
    salesforce.loan(borrower)
    salesforce.poll()
    salesforce.later(3600)
    salesforce.org.edit("contact", borrower, Email="ada@new.example")

    salesforce.poll()

    assert salesforce.linked("contact", borrower).email == "ada@new.example"


def test_an_empty_poll_is_two_calls(salesforce):
    salesforce.loan()
    salesforce.poll()
    salesforce.later(3600)
    salesforce.sandbox.forget_calls()

    salesforce.poll()

    calls = [call for call in salesforce.sandbox.calls if call.system == "salesforce"]
    assert [call.path.rsplit("/", 2)[-2] for call in calls] == ["query", "queryAll"]


def test_only_what_changes_from_now_on_counts_where_that_is_wanted(salesforce, settings):
    settings.SALESFORCE_INITIAL_SYNC = "none"
    old = salesforce.loan()
    salesforce.later(60)
    salesforce.poll()
    reconcile.reconcile(SYSTEM)
    assert salesforce.linked("deal", old) is None

    salesforce.later(60)
    salesforce.org.edit("loan", old, amount=1)
    new = salesforce.loan()
    salesforce.poll()

    assert salesforce.deal(old)
    assert salesforce.deal(new)


# -- whose loans are ours ---------------------------------------------------------------------


def test_an_apostrophe_in_the_officers_name_is_no_end_of_text(salesforce, settings):
    settings.SALESFORCE_LOAN_OFFICER = "Pat O'Brien"
    loan = salesforce.loan(officer="Pat O'Brien")

    salesforce.poll()

    assert salesforce.deal(loan)


def test_loans_are_chosen_by_their_owner_where_that_is_wanted(salesforce, settings):
    settings.SALESFORCE_LOAN_OFFICER_MODE = "owner"
    loan = salesforce.loan(officer="Whoever")
    owner = salesforce.org.row("loan", loan)["OwnerId"]
    settings.SALESFORCE_LOAN_OFFICER_USER_ID = owner[:15]

    salesforce.poll()

    assert salesforce.deal(loan)


@pytest.mark.parametrize(("policy", "value"), [("keep", 300_000), ("stop", 250_000)])
def test_a_loan_that_we_have_goes_on_when_its_officer_changes_unless_we_are_to_stop(
    salesforce, settings, policy, value
):
    settings.SALESFORCE_LOAN_OFFICER_CHANGE_POLICY = policy
    loan = salesforce.loan()
    salesforce.poll()
    salesforce.later(3600)
    salesforce.org.edit("loan", loan, officer="Somebody Else", amount=300_000)

    salesforce.poll()

    assert salesforce.deal(loan).value == value


# -- the end of a loan ------------------------------------------------------------------------


def test_a_loan_that_is_deleted_leaves_its_deal_and_staff_are_told(salesforce):
    loan = salesforce.loan()
    salesforce.poll()
    salesforce.later(60)
    salesforce.org.delete("loan", loan)

    salesforce.poll()

    deal = salesforce.deal(loan)
    assert (deal.archived_at, deal.status) == (None, "open")
    assert ExternalLink.objects.get(remote_id=loan).state == "gone"
    assert SyncLog.objects.filter(topic="deleted_there", record_id=deal.pk).count() == 1


def test_a_loan_that_comes_out_of_the_bin_goes_on(salesforce):
    loan = salesforce.loan()
    salesforce.poll()
    for act in (salesforce.org.delete, salesforce.org.undelete):
        salesforce.later(60)
        act("loan", loan)
        salesforce.poll()
    salesforce.later(60)
    salesforce.org.edit("loan", loan, amount=300_000)

    salesforce.poll()

    assert ExternalLink.objects.get(remote_id=loan).state == "live"
    assert salesforce.deal(loan).value == 300_000


def test_what_we_may_no_longer_see_is_not_taken_for_deleted(salesforce):
    loan = salesforce.loan()
    salesforce.poll()
    salesforce.org.share("loan", loan, shared=False)

    reconcile.reconcile(SYSTEM)

    assert ExternalLink.objects.get(remote_id=loan).state == "live"


def test_a_comparison_notices_a_deletion_that_no_poll_saw(salesforce):
    loan = salesforce.loan()
    salesforce.poll()
    salesforce.org.delete("loan", loan)

    reconcile.reconcile(SYSTEM)

    assert ExternalLink.objects.get(remote_id=loan).state == "gone"
    assert salesforce.deal(loan).archived_at is None


def test_borrowers_who_became_one_there_are_one_here(salesforce):
    loser, winner = salesforce.borrower("Quill"), salesforce.borrower("Quell")
    loan = salesforce.loan(loser)
    salesforce.poll()
    contact = salesforce.linked("contact", loser)
    salesforce.later(60)
    salesforce.org.merge(loser, winner)

    salesforce.poll()

    live = Contact.objects.get()
    assert salesforce.linked("contact", loser) == salesforce.linked("contact", winner) == live
    assert salesforce.deal(loan).contact == live
    contact.refresh_from_db()
    assert live == contact or contact.merged_into == live
