import re

import pytest
from django.urls import reverse

from integrations.models import ExternalLink, OutboxEntry
from integrations.sync import questions

from . import rows

OLD, OURS, THEIRS = "https://old.example", "https://ours.example", "https://theirs.example"


@pytest.fixture
def conflict(db):
    acme = rows.company(website=OURS)
    rows.linked(acme, website=OLD)
    OutboxEntry.objects.all().delete()
    return rows.conflict(acme)


def website(conflict):
    from companies.models import Company

    return Company.objects.get(pk=conflict.record_id).website


def test_keeping_ours_owes_it_to_the_system(conflict):
    questions.settle(conflict, "hub", by="Ada")

    assert website(conflict) == OURS
    assert ExternalLink.objects.get().snapshot["website"] == THEIRS
    assert OutboxEntry.objects.get(state="waiting").record_id == conflict.record_id


def test_taking_theirs_writes_it_here_and_sends_nothing(conflict):
    questions.settle(conflict, "remote", by="Ada")

    assert website(conflict) == THEIRS
    assert ExternalLink.objects.get().snapshot["website"] == THEIRS
    assert not OutboxEntry.objects.exists()


def test_another_value_is_written_on_both_sides(conflict):
    questions.settle(conflict, "typed", "https://third.example", by="Ada")

    assert website(conflict) == "https://third.example"
    assert ExternalLink.objects.get().snapshot["website"] == THEIRS
    assert OutboxEntry.objects.filter(state="waiting").count() == 1


def test_a_conflict_is_answered_once_and_by_somebody(conflict):
    settled = questions.settle(conflict, "hub", by="Ada")

    assert (settled.state, settled.winner, settled.settled_by) == ("settled", "hub", "Ada")
    with pytest.raises(questions.AlreadySettled):
        questions.settle(conflict, "remote", by="Bob")


def test_a_value_that_does_not_fit_is_refused_with_the_field_and_changes_nothing(as_):
    conflict = rows.conflict(rows.company(country="GB", website=OURS), field="country")
    url = reverse("admin:integrations_conflict_do", args=[conflict.pk, "typed"])

    response = as_("sales").post(url, {"text": "x" * 500}, follow=True)

    assert "Country:" in response.content.decode()
    assert website(conflict) == OURS
    conflict.refresh_from_db()
    assert conflict.state == "open"


def test_equal_answers_are_given_to_many_at_once(as_, conflict):
    as_("sales").post(
        reverse("admin:integrations_conflict_changelist"),
        {"action": "take_theirs", "_selected_action": [conflict.pk]},
    )

    assert website(conflict) == THEIRS


def test_nonsense_typed_instead_is_refused_with_the_field_and_changes_nothing(as_, conflict):
    url = reverse("admin:integrations_conflict_do", args=[conflict.pk, "typed"])

    response = as_("sales").post(url, {"text": "nonsense"}, follow=True)

    assert "Website: must be an address on the web" in response.content.decode()
    assert website(conflict) == OURS
    conflict.refresh_from_db()
    assert conflict.state == "open"


@pytest.mark.parametrize(
    ("answer", "said"), [("hub", "Hermes"), ("remote", "Pipedrive"), (None, "nobody yet")]
)
def test_the_list_says_whose_value_stayed(as_, conflict, answer, said):
    if answer:
        questions.settle(conflict, answer, by="Ada")

    response = as_("sales").get(reverse("admin:integrations_conflict_changelist"))

    cell = re.search(
        r'class="[^"]*field-stays[^"]*"[^>]*>(.*?)</td>', response.content.decode(), re.S
    )
    assert said in cell.group(1)
