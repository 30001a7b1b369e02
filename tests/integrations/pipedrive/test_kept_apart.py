"""Two records that a person took apart stay two, whatever comes."""

from __future__ import annotations

import pytest

from companies.merging import merge
from companies.models import Company
from integrations.models import ExternalLink, KeptApart, OutboxEntry
from integrations.pipedrive import SYSTEM
from integrations.pipedrive.remote import PipedriveRemote
from integrations.sync import by_hand, reconcile
from integrations.sync.errors import Rejected
from tests.factories import CompanyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def taken_apart(pipedrive):
    """A company that Hermes made in Pipedrive, so that its id stands there, and unlinked."""
    company = CompanyFactory(name="Larkfield")
    pipedrive.send()
    link = pipedrive.link(company)
    by_hand.unlink(link, by="ann")
    return company, int(link.remote_id)


def test_a_message_about_the_other_record_makes_a_company_of_its_own(pipedrive, taken_apart):
    company, remote_id = taken_apart

    pipedrive.tell("change", "organization", remote_id)

    other = pipedrive.linked("company", remote_id)
    assert other != company
    assert other.name == "Larkfield"
    assert not ExternalLink.objects.filter(kind="company", record_id=company.pk).exists()


def test_the_other_record_gets_the_id_of_its_own_company_there(pipedrive, taken_apart):
    company, remote_id = taken_apart
    pipedrive.tell("change", "organization", remote_id)

    pipedrive.send()

    held = pipedrive.account.record("organization", remote_id)["custom_fields"]
    assert held[pipedrive.hermes_id("company")] == str(pipedrive.linked("company", remote_id).pk)
    assert str(company.pk) not in held.values()


def test_an_edit_makes_one_new_record_there_though_the_old_one_holds_its_id(pipedrive, taken_apart):
    company, remote_id = taken_apart
    Company.objects.filter(pk=company.pk).update(website="https://larkfield.example")
    pipedrive.sandbox.trouble.add("lost_answer", method="POST", path="/api/v2/organizations")
    pipedrive.send()
    OutboxEntry.objects.update(next_attempt_at="2020-01-01T00:00Z")

    pipedrive.send()

    assert pipedrive.link(company).remote_id != str(remote_id)
    assert len([call for call in pipedrive.writes if call.method == "POST"]) == 2


def test_a_call_that_was_under_way_does_not_bring_them_together(pipedrive, monkeypatch):
    company = CompanyFactory(name="Larkfield")
    pipedrive.send()
    link = pipedrive.link(company)
    remote_id, update = int(link.remote_id), PipedriveRemote.update

    def update_while_ann_takes_them_apart(remote, *call):
        answer = update(remote, *call)
        by_hand.unlink(link, by="ann")
        return answer

    monkeypatch.setattr(PipedriveRemote, "update", update_while_ann_takes_them_apart)
    Company.objects.filter(pk=company.pk).update(website="https://larkfield.example")
    pipedrive.send()

    assert not ExternalLink.objects.filter(kind="company", record_id=company.pk).exists()
    other = pipedrive.linked("company", remote_id)
    assert (other.name, other.website) == ("Larkfield", "https://larkfield.example")
    assert not OutboxEntry.objects.filter(record_id=company.pk).exclude(state="done").exists()


def test_a_comparison_makes_no_new_record_there(pipedrive, taken_apart):
    company, remote_id = taken_apart

    reconcile.reconcile(SYSTEM)

    assert [call.method for call in pipedrive.send()] == ["PATCH"]
    assert pipedrive.linked("company", remote_id) != company


def test_a_person_may_join_them_again(pipedrive, taken_apart):
    company, remote_id = taken_apart

    by_hand.link_to(company, SYSTEM, str(remote_id), by="ann")

    assert pipedrive.link(company).remote_id == str(remote_id)
    assert not KeptApart.objects.exists()


def test_a_team_member_is_not_unlinked_for_no_two_have_one_email(pipedrive):
    link = ExternalLink.objects.filter(kind="team_member").first()

    with pytest.raises(Rejected, match="email"):
        by_hand.unlink(link, by="ann")

    assert ExternalLink.objects.filter(pk=link.pk).exists()


def test_what_is_not_the_one_is_not_the_company_that_it_was_merged_into(pipedrive, taken_apart):
    company, remote_id = taken_apart
    winner = CompanyFactory(name="Larkfield")
    merge(winner=winner, losers=[company], by="ann")

    pipedrive.tell("change", "organization", remote_id)

    assert pipedrive.linked("company", remote_id) not in {winner, company}
