"""Who a loan's borrower and co-borrower are here, and by what ids."""

from __future__ import annotations

import json

import pytest

from contacts.models import Contact
from deals.models import Deal
from integrations.models import ExternalLink, PossibleDuplicate, SyncLog
from integrations.salesforce.ids import whole_id
from integrations.sandbox.salesforce import jungo
from integrations.sandbox.salesforce.demo import add_demo
from integrations.sandbox.salesforce.demo_settings import COBORROWER, demo_settings
from tests.factories import ContactFactory
from tests.salesforce_loop import co

pytestmark = pytest.mark.django_db


def test_two_borrowers_with_one_address_stay_two_and_a_person_is_asked(salesforce):
    for last in ("Okoro", "Blum"):
        salesforce.loan(salesforce.borrower(last, Email="office@shared.example"))
        salesforce.poll()
        salesforce.later(60)

    assert Contact.objects.count() == 2
    assert PossibleDuplicate.objects.count() == 1


def test_a_contact_that_we_have_is_known_by_the_address(salesforce):
    named = {"first_name": "Ada M.", "last_name": "Quill"}
    known = ContactFactory(email="ada@quill.example", company=None, **named)
    borrower = salesforce.borrower(Email=" ADA@quill.example")
    salesforce.loan(borrower)

    salesforce.poll()

    assert salesforce.linked("contact", borrower) == known


def test_a_borrower_without_an_address_or_a_name_is_kept(salesforce):
    nobody = salesforce.borrower(Email=None)
    unnamed = salesforce.borrower(FirstName=None, LastName=None, Name=None, Email="x@y.example")
    for pk in (nobody, unnamed):
        salesforce.loan(pk)

    salesforce.poll()

    assert salesforce.linked("contact", nobody).email == ""
    assert salesforce.linked("contact", unnamed).name == "x@y.example"


def test_a_loan_without_a_borrower_makes_no_deal_unless_that_is_wanted(salesforce, settings):
    loan = salesforce.org.add(
        "loan", name="Nobody's", officer="Anna Whitlock", status="Application"
    )["Id"]
    salesforce.poll()
    assert not Deal.objects.exists()

    settings.SALESFORCE_WITHOUT_BORROWER = "create"
    salesforce.poll()

    assert salesforce.deal(loan).contact is None


@pytest.fixture
def with_coborrowers(salesforce, settings):
    settings.SALESFORCE_COBORROWER_FIELDS = json.dumps(COBORROWER)
    return salesforce


def test_a_coborrower_who_can_be_reached_is_a_person_too(with_coborrowers):
    borrower = with_coborrowers.borrower(
        **co(first_name="Tom", last_name="Quill", email="tom@quill.example")
    )
    with_coborrowers.loan(borrower)

    with_coborrowers.poll()

    assert with_coborrowers.linked("contact", f"{borrower}:co-borrower").name == "Tom Quill"


def test_a_part_of_a_coborrowers_name_that_is_no_text_is_told(with_coborrowers):
    borrower = with_coborrowers.borrower(
        **co(first_name=["Tom"], last_name="Quill", email="tom@quill.example")
    )
    with_coborrowers.loan(borrower)

    with_coborrowers.poll()

    tom = with_coborrowers.linked("contact", f"{borrower}:co-borrower")
    assert (tom.name, tom.email) == ("Quill", "tom@quill.example")
    assert SyncLog.objects.filter(topic="bad_value", record_id=tom.pk).exists()


def test_the_demo_has_one_coborrower_and_none_who_is_the_borrower_once_more(
    salesforce, settings, sandbox
):
    told = demo_settings(sandbox.url, "http://hermes.example")
    for name in ("SALESFORCE_COBORROWER_FIELDS", "SALESFORCE_LOAN_OFFICER"):
        setattr(settings, name, told[name])
    add_demo(salesforce.org.account)

    salesforce.poll()

    links = ExternalLink.objects.filter(kind="contact", remote_id__endswith=":co-borrower")
    [pk] = links.values_list("record_id", flat=True)
    assert Contact.objects.get(pk=pk).name == "Rui Carvalho"
    assert Contact.objects.filter(last_name="Reyes").count() == 1


def test_the_pages_of_the_deal_and_of_the_borrower_name_the_coborrower(
    with_coborrowers, admin_client
):
    couple = co(first_name="Tom", last_name="Quill", email="tom@quill.example")
    borrower = with_coborrowers.borrower(**couple)
    loan = with_coborrowers.loan(borrower)
    alone = with_coborrowers.loan(with_coborrowers.borrower("Okoro"))
    with_coborrowers.poll()
    tom = with_coborrowers.linked("contact", f"{borrower}:co-borrower")
    deal, ada = with_coborrowers.deal(loan), with_coborrowers.linked("contact", borrower)

    for page in (f"deals/deal/{deal.pk}", f"contacts/contact/{ada.pk}"):
        shown = admin_client.get(f"/admin/{page}/change/").content.decode()
        assert "Co-borrowers" in shown
        assert f'href="/admin/contacts/contact/{tom.pk}/change/">Tom Quill</a>' in shown
    other = admin_client.get(f"/admin/deals/deal/{with_coborrowers.deal(alone).pk}/change/")
    assert "Co-borrowers" not in other.content.decode()


def test_the_page_of_a_coborrower_names_the_borrower(with_coborrowers, admin_client):
    couple = co(first_name="Tom", last_name="Quill", email="tom@quill.example")
    borrower = with_coborrowers.borrower(**couple)
    with_coborrowers.loan(borrower)
    with_coborrowers.poll()
    tom = with_coborrowers.linked("contact", f"{borrower}:co-borrower")
    ada = with_coborrowers.linked("contact", borrower)

    shown = admin_client.get(f"/admin/contacts/contact/{tom.pk}/change/").content.decode()
    assert "Co-borrower of" in shown
    assert f'href="/admin/contacts/contact/{ada.pk}/change/">Ada Quill</a>' in shown
    own = admin_client.get(f"/admin/contacts/contact/{ada.pk}/change/").content.decode()
    assert "Co-borrower of" not in own


def test_an_edit_of_the_coborrower_alone_is_seen(with_coborrowers):
    borrower = with_coborrowers.borrower()
    with_coborrowers.loan(borrower)
    with_coborrowers.poll()
    with_coborrowers.later(3600)
    with_coborrowers.org.edit(
        "contact", borrower, **co(first_name="Tom", last_name="Quill", email="tom@quill.example")
    )

    with_coborrowers.poll()

    assert Contact.objects.filter(email="tom@quill.example").exists()


@pytest.mark.parametrize(
    "who",
    [
        co(first_name="Tom", last_name="Quill"),
        co(first_name="Ada", last_name="Quill", email="Quill@quill.example"),
        co(first_name="Ada", last_name="Quill", phone="202-555-0199"),
        co(email=" quill@QUILL.example"),
        co(phone="202-555-0143"),
    ],
)
def test_a_coborrower_without_address_or_who_is_the_borrower_is_nobody_new(with_coborrowers, who):
    with_coborrowers.loan(with_coborrowers.borrower(Phone="+1 (202) 555 0143", **who))

    with_coborrowers.poll()

    assert Contact.objects.count() == 1


@pytest.mark.parametrize(
    ("tom", "called"),
    [
        (co(email="tom@quill.example", phone="202-555-0143"), "tom@quill.example"),
        (co(phone="202-555-0199"), "202-555-0199"),
    ],
)
def test_a_coborrower_without_a_name_but_with_another_address_is_somebody(
    with_coborrowers, tom, called
):
    borrower = with_coborrowers.borrower(Phone="+1 (202) 555 0143", **tom)
    with_coborrowers.loan(borrower)

    with_coborrowers.poll()

    assert with_coborrowers.linked("contact", f"{borrower}:co-borrower").name == called


def test_a_coborrower_of_the_same_name_with_an_address_of_their_own_is_somebody(with_coborrowers):
    namesake = co(first_name="Ada", last_name="Quill", email="junior@quill.example")
    with_coborrowers.loan(with_coborrowers.borrower(**namesake))

    with_coborrowers.poll()

    assert Contact.objects.filter(last_name="Quill").count() == 2


def test_a_couple_that_shares_an_address_stays_two(with_coborrowers):
    couple = co(first_name="Tom", last_name="Quill", email="Quill@quill.example")
    with_coborrowers.loan(with_coborrowers.borrower(**couple))

    with_coborrowers.poll()

    assert {contact.name for contact in Contact.objects.all()} == {"Ada Quill", "Tom Quill"}


# -- ids --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("short", "whole"),
    [
        ("001A0000006Vm9u", "001A0000006Vm9uIAC"),
        ("0015f00002JUXA8", "0015f00002JUXA8AAP"),
        ("005ZM000000M6o1", "005ZM000000M6o1YAC"),
    ],
)
def test_an_id_of_15_characters_is_that_of_18(short, whole):
    assert (whole_id(short), whole_id(whole)) == (whole, whole)
    # Case says nothing in eighteen.
    assert (whole_id(whole.lower()), whole_id(whole.upper())) == (whole, whole)


@pytest.mark.parametrize(
    "value", ["001A0000006Vm9uBAA", "001A0000006Vm9uIA9", "001A0000006Vm9uIAD"]
)
def test_one_of_18_whose_end_is_another_ids_is_none(value):
    assert whole_id(value) == ""


@pytest.mark.parametrize("value", [None, "", "001", 15, "001A0000006Vm9u!", "x" * 16, ["a"]])
def test_what_is_no_id_is_none(value):
    assert whole_id(value) == ""


def test_a_link_has_the_id_of_18_characters(salesforce):
    loan = salesforce.loan()

    salesforce.poll()

    assert ExternalLink.objects.filter(remote_id=whole_id(loan[:15])).exists()
    assert jungo.NAME in salesforce.queries()[0]


def test_nobody_is_made_for_a_loan_that_makes_no_deal(salesforce):
    salesforce.loan(status="Cancelled")

    salesforce.poll()

    assert not Contact.objects.exists()


def test_a_borrower_of_a_cancelled_and_of_a_living_loan_is_made(salesforce):
    borrower = salesforce.borrower()
    living = salesforce.loan(borrower)
    salesforce.loan(borrower, status="Cancelled")

    salesforce.poll()

    assert salesforce.deal(living).contact == salesforce.linked("contact", borrower)
