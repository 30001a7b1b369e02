"""What happens to one record while the thousands of a load wait to be sent."""

from __future__ import annotations

import pytest

from integrations.models import OutboxEntry
from integrations.pipedrive import SYSTEM as PIPEDRIVE
from integrations.sync import changes, outbox
from integrations.sync.outbox_claims import claim, hand_back
from tests.integrations.salesforce.in_pipedrive import deals, due_now, persons
from tests.salesforce_loop import edit_here

pytestmark = pytest.mark.django_db

#: With a borrower each, more changes than come one by one.
LOANS = 60


@pytest.fixture
def known(loans, pipedrive):
    """A loan that Pipedrive has already."""
    loan = loans.loan(loans.borrower("Known"))
    loans.poll()
    pipedrive.send()
    return loans.deal(loan)


@pytest.fixture
def load(known, loans):
    """The borrowers of many loans of which Pipedrive has none yet."""
    borrowers = [loans.borrower(f"Load{number}") for number in range(LOANS)]
    for borrower in borrowers:
        loans.loan(borrower)
    loans.poll()
    changes.spread()
    return borrowers


def written(pipedrive) -> list[tuple[str, str]]:
    """What the next change writes in Pipedrive: the method and path of each call."""
    before = len(pipedrive.sandbox.calls)
    outbox.drain(turn=0)
    calls = pipedrive.sandbox.calls[before:]
    return [(call.method, call.path) for call in calls if call.method in {"POST", "PATCH"}]


def test_an_edit_goes_before_all_that_a_load_brought(load, known, pipedrive):
    [there] = deals(pipedrive)
    edit_here(known, name="Edited meanwhile")

    assert written(pipedrive) == [("PATCH", f"/api/v2/deals/{there['id']}")]
    assert written(pipedrive) == [("POST", "/api/v2/persons")]


def test_a_new_loan_goes_before_it_and_so_does_its_borrower(load, loans, pipedrive):
    loans.loan(loans.borrower("New"))
    loans.poll()

    assert written(pipedrive) == [("POST", "/api/v2/persons")]
    assert written(pipedrive) == [("POST", "/api/v2/deals")]
    assert [one["name"] for one in persons(pipedrive)] == ["Ada Known", "Ada New"]


def test_a_borrower_that_came_with_the_load_goes_as_early_as_a_new_loan_of_hers(
    load, loans, pipedrive
):
    loans.loan(load[-1])
    loans.poll()

    assert written(pipedrive) == []
    assert written(pipedrive) == [("POST", "/api/v2/persons")]
    due_now()
    assert written(pipedrive) == [("POST", "/api/v2/deals")]
    assert [one["name"] for one in persons(pipedrive)] == ["Ada Known", f"Ada Load{LOANS - 1}"]


def test_a_borrower_whom_another_worker_has_claimed_is_the_first_when_she_is_handed_back(
    load, loans, pipedrive
):
    ours = loans.linked("contact", load[-1])
    entry = OutboxEntry.objects.get(kind="contact", record_id=ours.pk)
    [other] = [one for one in claim(PIPEDRIVE, LOANS) if one.pk == entry.pk]
    loans.loan(load[-1])
    loans.poll()
    assert written(pipedrive) == []

    hand_back([other])

    assert written(pipedrive) == [("POST", "/api/v2/persons")]
    assert [one["name"] for one in persons(pipedrive)] == ["Ada Known", f"Ada Load{LOANS - 1}"]


def test_in_the_end_all_of_it_is_there_once(load, known, pipedrive):
    edit_here(known, name="Edited meanwhile")

    pipedrive.send()

    assert len(persons(pipedrive)) == len(deals(pipedrive)) == LOANS + 1
