"""People who are several records in Salesforce and one here, and parted again."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from companies.merging import merge, undo
from contacts.models import Contact
from deals.models import Deal
from integrations.models import ExternalLink, PossibleDuplicate
from tests.factories import ContactFactory
from tests.salesforce_loop import COBORROWER, co, edit_here

pytestmark = pytest.mark.django_db

HANA = {"first_name": "Hana", "last_name": "Quill", "email": "hana@quill.example"}


@pytest.fixture
def people(writing, settings):
    """Whose changes here go to Salesforce too."""
    settings.SALESFORCE_COBORROWER_FIELDS = json.dumps(COBORROWER)
    return writing


@pytest.fixture
def twins(people):
    """Two borrowers with one address: their numbers there."""
    both = [
        people.borrower(Email="one@quill.example", FirstName=first, Phone=phone)
        for first, phone in [("Jo", "+1 555 777 0001"), ("Joanna", "+1 555 777 0002")]
    ]
    for borrower in both:
        people.loan(borrower)
    people.poll()
    people.send()
    return both


@pytest.fixture
def hana(people):
    """A co-borrower who takes a loan of her own: both of her contacts, and her number there."""
    keeper = people.borrower("Gil", **co(**HANA))
    people.loan(keeper)
    people.poll()
    own = people.borrower(FirstName="Hana", Email=HANA["email"])
    people.loan(own)
    people.poll()
    people.send()
    return people.linked("contact", f"{keeper}:co-borrower"), people.linked("contact", own), own


def joined(people, first, second):
    winner, loser = people.linked("contact", first), people.linked("contact", second)
    return merge(winner=winner, losers=[loser])


def pairs_asked_about():
    asked = PossibleDuplicate.objects.filter(state="open")
    return set(asked.values_list("first_id", "second_id"))


def test_what_is_said_of_one_goes_to_the_other_too(people, twins):
    jo, joanna = twins
    joined(people, jo, joanna)
    # Time goes by there only where a test says so.
    Contact.objects.update(updated_at=timezone.now() - timedelta(days=2))

    people.edit(joanna, "contact", Phone="+1 555 777 9999")

    assert people.linked("contact", jo).phone == "+1 555 777 9999"
    [call] = people.send()
    assert (call.path.endswith(jo), call.body) == (True, {"Phone": "+1 555 777 9999"})


def test_what_was_said_of_one_meanwhile_is_theirs_after_an_undo(people, twins):
    jo, joanna = twins
    row = joined(people, jo, joanna)
    people.edit(joanna, "contact", Phone="+1 555 777 9999")
    people.send()

    undo(row, Contact)

    assert people.send() == []
    assert people.linked("contact", joanna).phone == "+1 555 777 9999"
    assert people.org.row("contact", joanna)["Phone"] == "+1 555 777 9999"


@pytest.fixture
def moved(people):
    """A borrower whose number there goes to somebody who had none, and the merge."""
    borrower = people.borrower(Email="one@quill.example", Phone="+1 555 777 0001")
    people.loan(borrower)
    people.poll()
    people.send()
    unknown = ContactFactory(first_name="Ada", last_name="Quill", phone="+1 555 777 0007")
    row = merge(winner=unknown, losers=[people.linked("contact", borrower)])
    return borrower, row


def test_what_changed_there_while_another_had_the_number_is_theirs_after_an_undo(people, moved):
    borrower, row = moved
    people.send()
    # Time goes by there only where a test says so.
    Contact.objects.update(updated_at=timezone.now() - timedelta(days=2))
    people.edit(borrower, "contact", Phone="+1 555 777 9999")
    assert people.linked("contact", borrower).phone == "+1 555 777 9999"

    undo(row, Contact)

    assert "Phone" not in [name for call in people.send() for name in call.body]
    assert people.linked("contact", borrower).phone == "+1 555 777 9999"
    assert people.org.row("contact", borrower)["Phone"] == "+1 555 777 9999"


def test_what_we_wrote_there_while_another_had_the_number_is_put_back_by_an_undo(people, moved):
    borrower, row = moved
    people.send()
    assert people.org.row("contact", borrower)["Phone"] == "+1 555 777 0007"

    undo(row, Contact)
    people.send()

    assert people.linked("contact", borrower).phone == "+1 555 777 0001"
    assert people.org.row("contact", borrower)["Phone"] == "+1 555 777 0001"


def test_what_nobody_changed_meanwhile_is_not_read_again_after_an_undo(people, twins):
    jo, joanna = twins
    row = joined(people, jo, joanna)
    people.send()
    people.sandbox.forget_calls()

    undo(row, Contact)

    assert people.send() == []
    assert people.queries() == []


def test_who_has_a_contact_of_their_own_goes_by_that_whoever_stays(people, hana):
    coborrower, borrower, own = hana
    merge(winner=coborrower, losers=[borrower])
    people.send()

    edit_here(coborrower, phone="+1 602 555 4343")

    [call] = people.send()
    assert (call.path.endswith(own), call.body) == (True, {"Phone": "+1 602 555 4343"})


def test_nothing_is_taken_of_a_coborrower_who_has_a_contact_of_their_own(people, hana):
    coborrower, borrower, own = hana
    merge(winner=coborrower, losers=[borrower])
    part = ExternalLink.objects.get(remote_id__endswith=":co-borrower")

    people.edit(part.remote_id.partition(":")[0], "contact", **co(last_name="Quill-Park"))

    assert people.linked("contact", own).name == "Hana Quill"
    assert people.send() == []


def test_a_merged_coborrower_is_one_on_the_page_of_the_loan_still(people, hana, admin_client):
    coborrower, borrower, _ = hana
    deal = Deal.objects.exclude(contact=borrower).get()
    merge(winner=borrower, losers=[coborrower])

    shown = admin_client.get(f"/admin/deals/deal/{deal.pk}/change/").content.decode()

    assert "Co-borrowers" in shown
    assert f'href="/admin/contacts/contact/{borrower.pk}/change/">Hana Quill</a>' in shown


def test_who_was_merged_with_their_own_coborrower_is_not_their_own(people, admin_client):
    keeper = people.borrower("Gil", **co(**HANA))
    people.loan(keeper)
    people.poll()
    gil = people.linked("contact", keeper)
    merge(winner=gil, losers=[people.linked("contact", f"{keeper}:co-borrower")])

    shown = admin_client.get(f"/admin/contacts/contact/{gil.pk}/change/").content.decode()

    assert "Co-borrower" not in shown


def test_a_coborrower_who_is_parted_again_is_one_as_before(people, hana):
    coborrower, borrower, own = hana
    row = merge(winner=coborrower, losers=[borrower])

    undo(row, Contact)

    states = dict(ExternalLink.objects.filter(kind="contact").values_list("remote_id", "state"))
    assert set(states.values()) == {"live"}
    assert people.linked("contact", own) == borrower
    people.edit(own, "contact", Phone="+1 602 555 4343")
    assert people.linked("contact", own).phone == "+1 602 555 4343"


def test_what_was_said_of_a_coborrower_meanwhile_is_theirs_after_an_undo(people, hana):
    coborrower, borrower, _ = hana
    row = merge(winner=coborrower, losers=[borrower])
    part = ExternalLink.objects.get(remote_id__endswith=":co-borrower")
    people.edit(part.remote_id.partition(":")[0], "contact", **co(last_name="Quill-Park"))

    undo(row, Contact)
    people.send()

    assert people.linked("contact", part.remote_id).name == "Hana Quill-Park"


def test_a_coborrower_finds_home_through_two_merges(people, hana):
    coborrower, borrower, own = hana
    third = people.borrower(FirstName="Hana", LastName="Quill", Email="hq@quill.example")
    people.loan(third)
    people.poll()
    first = merge(winner=coborrower, losers=[borrower])
    second = merge(winner=people.linked("contact", third), losers=[coborrower])

    undo(second, Contact)
    undo(first, Contact)

    owners = dict(ExternalLink.objects.filter(state="live").values_list("remote_id", "record_id"))
    part = next(remote_id for remote_id in owners if remote_id.endswith(":co-borrower"))
    assert (owners[part], owners[own]) == (coborrower.pk, borrower.pk)


def test_a_pair_that_was_merged_is_asked_about_no_more(people, twins):
    jo, joanna = twins
    assert PossibleDuplicate.objects.get().state == "open"

    joined(people, jo, joanna)

    assert PossibleDuplicate.objects.get().state == "settled"


def test_who_may_be_the_one_that_was_merged_may_be_the_one_that_stays(people, twins):
    third = people.borrower(Email="one@quill.example", FirstName="Joan")
    people.loan(third)
    people.poll()
    asked_of, other, third = (people.linked("contact", one) for one in [*twins, third])
    assert pairs_asked_about() == {(asked_of.pk, other.pk), (asked_of.pk, third.pk)}

    merge(winner=other, losers=[asked_of])

    assert pairs_asked_about() == {(other.pk, third.pk)}


def test_who_may_be_the_one_that_was_merged_may_be_it_still_after_an_undo(people, twins):
    third = people.borrower(Email="one@quill.example", FirstName="Joan")
    people.loan(third)
    people.poll()
    asked_of, other, third = (people.linked("contact", one) for one in [*twins, third])
    row = merge(winner=other, losers=[asked_of])

    undo(row, Contact)

    assert (asked_of.pk, third.pk) in pairs_asked_about()
