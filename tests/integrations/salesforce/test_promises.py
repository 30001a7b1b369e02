"""What the docs promise of loans and borrowers, beyond the usual case."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from contacts.models import Contact
from integrations.models import StageMapping, SyncLog
from integrations.salesforce import SYSTEM
from integrations.salesforce.client import Client
from integrations.salesforce.schemas import contact_kind
from integrations.sync import reconcile
from tests.at_once import together
from tests.salesforce_loop import edit_here

pytestmark = pytest.mark.django_db

COBORROWER = """{
    "first_name": "MtgPlanner_CRM__Co_Borrower_First_Name__c",
    "email": "MtgPlanner_CRM__Co_Borrower_Email__c"
}"""


@pytest.fixture
def choose(salesforce, settings, monkeypatch):
    """Starts Hermes anew, as it were, with this for a borrower's data, and with all going back."""

    def start(choice: str) -> None:
        settings.SALESFORCE_PERSON_UPDATE, settings.SALESFORCE_WRITE_ENABLED = choice, True
        settings.PIPEDRIVE_API_TOKEN = ""
        monkeypatch.setitem(SYSTEM.kinds, "contact", contact_kind())

    return start


@pytest.mark.parametrize(
    ("choice", "name", "phone"),
    [
        ("always", "Ada Quell", "+1 202 555 0143"),
        ("create_only", "Ada Quill", ""),
        ("fill_blank", "Ada Quill", "+1 202 555 0143"),
    ],
)
def test_what_becomes_of_a_borrowers_data_later_is_a_choice(
    salesforce, choose, choice, name, phone
):
    choose(choice)
    borrower = salesforce.borrower()
    salesforce.loan(borrower)
    salesforce.poll()
    salesforce.later(3600)
    salesforce.org.edit("contact", borrower, LastName="Quell", Phone="+1 202 555 0143")

    salesforce.poll()

    contact = Contact.objects.get()
    assert (contact.name, contact.phone) == (name, phone)
    assert salesforce.send() == []


@pytest.mark.parametrize(
    ("choice", "sent"),
    [("always", [{"Email": "ada@new.example"}]), ("create_only", []), ("fill_blank", [])],
)
def test_a_borrowers_data_go_back_only_where_they_are_always_taken(
    salesforce, choose, choice, sent
):
    choose(choice)
    salesforce.loan(salesforce.borrower())
    salesforce.poll()
    edit_here(Contact.objects.get(), email="ada@new.example")

    assert [call.body for call in salesforce.send()] == sent
    reconcile.reconcile(SYSTEM)
    assert salesforce.send() == []


@pytest.mark.django_db(transaction=True)
def test_a_session_that_ends_is_replaced_once_for_four_at_a_time(salesforce):
    Client().limits()
    salesforce.org.sessions.clear()
    salesforce.sandbox.forget_calls()

    assert all(together(lambda number: Client().limits(), 4))

    asked = [call for call in salesforce.sandbox.calls if call.path.endswith("/oauth2/token")]
    assert len(asked) == 1


def test_loans_that_changed_are_read_over_all_pages(salesforce):
    loans = [salesforce.loan() for _ in range(5)]
    salesforce.poll()
    salesforce.later(3600)
    for amount, loan in enumerate(loans, 1):
        salesforce.org.edit("loan", loan, amount=amount)
    salesforce.org.switches.page_size = 2
    salesforce.sandbox.forget_calls()

    run = salesforce.poll()

    assert [salesforce.deal(loan).value for loan in loans] == [1, 2, 3, 4, 5]
    assert run.counts["deal"]["changed"] == 5
    assert len([call for call in salesforce.sandbox.calls if "/query/01g" in call.path]) == 2


def test_a_status_that_the_map_knows_by_its_label_is_not_asked_about(salesforce, settings):
    settings.SALESFORCE_STAGE_MAP = '{"gtr": {"stage": "Getting Things Rolling"}}'
    out = StringIO()

    call_command("setup_salesforce", stdout=out, dry_run=True)
    assert "the status Getting Things Rolling" not in out.getvalue()
    call_command("setup_salesforce", stdout=out)

    assert not StageMapping.objects.filter(remote_stage="Getting Things Rolling").exists()
    loan = salesforce.loan(status="Getting Things Rolling")
    salesforce.poll()
    assert salesforce.deal(loan).stage.name == "Getting Things Rolling"


def test_a_co_borrowers_field_that_is_taken_from_us_is_told_and_the_others_go_on(
    salesforce, settings
):
    settings.SALESFORCE_COBORROWER_FIELDS = COBORROWER
    borrower = salesforce.borrower(MtgPlanner_CRM__Co_Borrower_Email__c="tom@quill.example")
    loan = salesforce.loan(borrower)
    salesforce.poll()
    salesforce.hide_field("MtgPlanner_CRM__Co_Borrower_First_Name__c", kind="contact")
    salesforce.later(60)
    salesforce.org.edit("loan", loan, amount=1)

    salesforce.poll()

    assert salesforce.deal(loan).value == 1
    assert SyncLog.objects.filter(message__contains="Co_Borrower_First_Name__c").count() == 1
