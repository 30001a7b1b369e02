"""What a loan and its borrower become here."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from deals.models import Deal, Status
from integrations.models import StageMapping, SyncLog
from integrations.salesforce import SYSTEM
from integrations.salesforce.choices import TITLE_WORDS
from integrations.sync import reconcile
from tests.salesforce_loop import OFFICER

pytestmark = pytest.mark.django_db


# -- stages -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "stage"),
    [
        ("Application", "Application In"),
        ("GTR", "Getting Things Rolling"),
        ("Getting Things Rolling", "Getting Things Rolling"),
        (" loan in process ", "Loan In Process"),
        ("Suspended", "Loan In Process"),
        ("Docs Out", "Clear To Close"),
    ],
)
def test_a_status_or_its_label_is_a_stage(salesforce, status, stage):
    loan = salesforce.loan(status=status)

    salesforce.poll()

    assert salesforce.deal(loan).stage.name == stage


def test_a_status_that_nobody_mapped_leaves_the_stage_alone_and_stands_in_the_table(salesforce):
    loan = salesforce.loan(status="Pre-Approved")
    salesforce.poll()

    deal = salesforce.edited(loan, status="On Hold", amount=1)
    salesforce.edit(loan, amount=2)

    assert (deal.stage.name, deal.value) == ("Pre-Approved", 1)
    row = StageMapping.objects.get(remote_stage="On Hold")
    assert (row.system, row.stage, row.is_mapped) == ("salesforce", None, False)


def test_a_new_loan_in_an_unknown_status_begins_at_the_first_stage(salesforce):
    loan = salesforce.loan(status="On Hold")

    salesforce.poll()

    assert salesforce.deal(loan).stage.name == "Application In"


def test_what_staff_say_a_status_means_counts_and_is_not_taken_back(salesforce):
    loan = salesforce.loan(status="On Hold")
    salesforce.poll()
    stage = salesforce.pipeline.stages.get(name="Loan In Process")
    StageMapping.objects.filter(remote_stage="On Hold").update(stage=stage, edited_by="ann")
    StageMapping.objects.filter(remote_stage="Application").update(stage=stage, edited_by="ann")

    assert salesforce.edited(loan, amount=1).stage == stage
    assert salesforce.edited(loan, status="Application").stage == stage


def test_a_stage_that_a_person_moved_survives_an_edit_of_the_amount(salesforce):
    loan = salesforce.loan()
    salesforce.poll()
    moved = salesforce.pipeline.stages.get(name="Clear To Close")
    Deal.objects.update(stage=moved)

    assert salesforce.edited(loan, amount=1).stage == moved
    # An hour goes by before the edit, which then is newer than what the person did.
    salesforce.sandbox.clock.set(timezone.now() - timedelta(minutes=59, seconds=30))
    assert salesforce.edited(loan, status="Pre-Approved").stage.name == "Pre-Approved"


def test_a_cancelled_loan_makes_nothing_and_changes_nothing(salesforce):
    salesforce.loan(status="Cancelled")
    loan = salesforce.loan()
    salesforce.poll()
    assert Deal.objects.count() == 1

    deal = salesforce.edited(loan, status="Cancelled", amount=1)

    assert (deal.status, deal.value, deal.archived_at) == (Status.OPEN, 250_000, None)
    assert salesforce.edited(loan, status="Pre-Approved").value == 1


def test_a_closed_loan_is_won_and_then_left_alone(salesforce):
    loan = salesforce.loan()
    salesforce.poll()

    deal = salesforce.edited(loan, status="Closed")
    assert (deal.status, deal.stage.name) == (Status.WON, "Clear To Close")

    deal = salesforce.edited(loan, status="Pre-Approved", amount=1)
    assert (deal.status, deal.stage.name, deal.value) == (Status.WON, "Clear To Close", 250_000)


@pytest.mark.parametrize("ended", [{"status": "lost"}, {"archived_at": timezone.now()}])
def test_a_deal_that_a_person_ended_is_neither_changed_nor_doubled(salesforce, ended):
    loan = salesforce.loan()
    salesforce.poll()
    Deal.all_objects.update(**ended)

    deal = salesforce.edited(loan, amount=1)

    assert (deal.value, Deal.all_objects.count()) == (250_000, 1)
    assert {name: getattr(deal, name) for name in ended} == ended


# -- values -----------------------------------------------------------------------------------


def test_what_is_empty_there_makes_a_deal_and_clears_nothing(salesforce):
    loan = salesforce.loan(amount=None, close_date=None, status=None)
    salesforce.poll()
    deal = salesforce.deal(loan)
    assert (deal.value, deal.currency, deal.expected_close_on) == (0, "USD", None)

    salesforce.edit(loan, amount=5, close_date="2027-01-31")
    deal = salesforce.edited(loan, amount=None)

    assert (deal.value, deal.expected_close_on) == (5, date(2027, 1, 31))


@pytest.mark.parametrize(
    ("value", "kept"),
    [(" $1,250.50 ", "1250.50"), ("1.2.3", "250000"), ("1e5", "250000"), (True, "250000"),
     ([1], "250000"), (10**30, "250000"), ({"a": 1}, "250000"), ("about 5", "250000")],
)  # fmt: skip
def test_an_amount_is_read_whole_or_left_as_it_was_and_staff_are_told(salesforce, value, kept):
    loan = salesforce.loan()
    neighbour = salesforce.loan()
    salesforce.poll()

    deal = salesforce.edited(loan, amount=value, name="Renamed")
    salesforce.edit(neighbour, amount=7)

    assert (f"{deal.value:.2f}".removesuffix(".00"), deal.name) == (kept, "Renamed")
    assert salesforce.deal(neighbour).value == 7
    told = SyncLog.objects.filter(topic="bad_value", record_id=deal.pk).exists()
    assert told is (kept == "250000")


@pytest.mark.parametrize("value", ["2026-02-30", "soon", 5, ["x"], "0001-01-01", "9999-12-31"])
def test_a_date_that_is_none_is_left_as_it_was(salesforce, value):
    loan = salesforce.loan(close_date="2027-01-31")
    salesforce.poll()

    deal = salesforce.edited(loan, close_date=value, amount=1)

    assert (deal.expected_close_on, deal.value) == (date(2027, 1, 31), 1)


@pytest.mark.parametrize("name", ["x" * 5000, "a\x00b", "\ud800", "‏שלום", "😀" * 100, None, ""])
def test_a_name_of_any_kind_harms_nothing(salesforce, name):
    borrower = salesforce.borrower(last_name="Moss", Name=name)
    loan = salesforce.loan(borrower, name=name)
    neighbour = salesforce.loan()

    salesforce.poll()

    assert salesforce.deal(neighbour).name
    assert salesforce.deal(loan).contact == salesforce.linked("contact", borrower)


@pytest.mark.parametrize("name", [["x"], {"a": 1}, True])
def test_a_name_that_is_no_text_is_told_and_the_borrowers_stands_in(salesforce, name):
    loan, neighbour = salesforce.loan(name=name), salesforce.loan(name="Neighbour")

    salesforce.poll()

    deal = salesforce.deal(loan)
    assert deal.name == "Ada Quill - Loan"
    assert SyncLog.objects.filter(topic="bad_value", record_id=deal.pk).exists()
    assert salesforce.deal(neighbour).name == "Neighbour"


def test_the_title_is_made_by_a_template_with_what_there_is(salesforce, settings):
    settings.SALESFORCE_TITLE_TEMPLATE = "{borrower_name} - Loan # {loan_number}"
    both = salesforce.loan(number="77")
    no_number = salesforce.loan(number=None)

    salesforce.poll()

    assert salesforce.deal(both).name == "Ada Quill - Loan # 77"
    assert salesforce.deal(no_number).name == "Ada Quill - Loan"


def test_each_word_that_a_template_may_have_is_filled_in(salesforce, settings):
    settings.SALESFORCE_TITLE_TEMPLATE = " / ".join(TITLE_WORDS)
    loan = salesforce.loan(number="77")

    salesforce.poll()

    assert salesforce.deal(loan).name == "Ada Quill / 77 / Quill - 12 Elm Street"


def test_without_a_borrower_or_a_number_a_title_is_what_there_is(salesforce, settings):
    settings.SALESFORCE_WITHOUT_BORROWER = "create"
    settings.SALESFORCE_TITLE_TEMPLATE = "{borrower_name} of {name}"
    for number, name in (("77", "Loan # 77"), (None, "12 Elm Street")):
        loan = salesforce.org.add(
            "loan", name="12 Elm Street", officer=OFFICER, status="Application", number=number
        )["Id"]
        salesforce.poll()

        assert salesforce.deal(loan).name == name


@pytest.mark.parametrize("template", ["", "{borrower_name} of {name}"])
def test_a_loan_with_neither_borrower_nor_number_nor_name_is_called_by_its_id(
    salesforce, settings, template
):
    settings.SALESFORCE_WITHOUT_BORROWER = "create"
    settings.SALESFORCE_TITLE_TEMPLATE = template
    loan = salesforce.org.add(
        "loan", name=None, officer=OFFICER, status="Application", number=None
    )["Id"]

    salesforce.poll()

    assert salesforce.deal(loan).name == f"Loan # {loan}"


@pytest.mark.parametrize("read_by", ["change", "night"])
def test_deals_that_are_there_take_a_new_template_when_their_loans_are_read(
    salesforce, settings, read_by
):
    loan = salesforce.loan(number="77")
    salesforce.poll()
    salesforce.later(3600)
    salesforce.loan()
    salesforce.poll()
    settings.SALESFORCE_TITLE_TEMPLATE = "{borrower_name} - Loan # {loan_number}"
    salesforce.poll()
    assert salesforce.deal(loan).name == "Quill - 12 Elm Street"

    if read_by == "change":
        salesforce.edit(loan, amount=1)
    else:
        reconcile.reconcile(SYSTEM)

    assert salesforce.deal(loan).name == "Ada Quill - Loan # 77"


def test_the_names_that_the_specification_assumes_will_do(salesforce, settings):
    salesforce.org.reset("plain")
    for setting, name in {
        "LOAN_OBJECT": "Loan__c", "PRIMARY_BORROWER_FIELD": "Primary_Borrower__c",
        "STAGE_FIELD": "Stage__c", "AMOUNT_FIELD": "Amount__c", "LOAN_NUMBER_FIELD": "",
        "CLOSE_DATE_FIELD": "CloseDate__c",
    }.items():  # fmt: skip
        setattr(settings, f"SALESFORCE_{setting}", name)
    loan = salesforce.loan()

    salesforce.poll()

    assert salesforce.deal(loan).value == 250_000


@pytest.mark.parametrize("setting", ["LOAN_OBJECT", "STAGE_FIELD", "AMOUNT_FIELD"])
def test_a_setting_that_is_no_name_never_reaches_a_query(salesforce, settings, setting):
    setattr(settings, f"SALESFORCE_{setting}", "Id FROM User --")

    with pytest.raises(Exception, match=f"SALESFORCE_{setting} is no name"):
        salesforce.poll()

    assert salesforce.queries() == []


@pytest.mark.parametrize("name", ["", "N" * 5000])
def test_a_new_loan_whose_name_cannot_be_kept_is_called_by_its_borrower(salesforce, name):
    loan = salesforce.loan(name=name)

    salesforce.poll()

    assert salesforce.deal(loan).name == "Ada Quill - Loan"
