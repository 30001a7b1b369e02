"""Pairing the team with its accounts in the outside systems, by page and by command."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from companies.models import Company, TeamMember
from hermes.admin_site import menu
from integrations.models import ExternalLink, RemotePerson
from integrations.sandbox.people import founders
from integrations.sync import inbox
from tests.factories import TeamMemberFactory

pytestmark = pytest.mark.django_db

ADDRESS = "/admin/integrations/connection/team/"


@pytest.fixture
def member(db):
    return TeamMemberFactory(first_name="Anna", last_name="Bell", email="anna@elsewhere.example")


@pytest.fixture
def late(pipedrive, tc2):
    """Somebody whose address was written down only after TC2 had named them."""
    email = founders()[0][1]
    team = TeamMember.objects.filter(email=email)
    team.update(email="old@elsewhere.example")
    tc2.sign_up()
    member = TeamMember.objects.get(email="old@elsewhere.example")
    TeamMember.objects.filter(pk=member.pk).update(email=email)
    return member


def test_a_sign_up_of_somebody_unknown_waits_until_the_page_says_who_it_is(as_, tc2, member):
    tc2.sign_up()
    client = as_("operations")
    stranger = RemotePerson.objects.get()
    assert stranger.email in client.get(ADDRESS).content.decode()

    answer = {"system": "tc2", "person": stranger.remote_id, "member": member.pk}
    page = client.post(ADDRESS, answer, follow=True).content.decode()

    assert f"Anna Bell is number {stranger.remote_id} in TC2" in page
    assert "People whom Hermes does not know" not in page
    inbox.drain()
    assert Company.objects.get().sales_person == member


def test_who_has_the_same_address_everywhere_is_paired_by_one_press(as_, late):
    client = as_("operations")

    assert "Paired: 1" in client.post(ADDRESS, follow=True).content.decode()

    links = ExternalLink.objects.filter(kind="team_member", record_id=late.pk)
    assert set(links.values_list("system", flat=True)) == {"pipedrive", "tc2"}
    assert "Nobody new to pair." in client.post(ADDRESS, follow=True).content.decode()


@pytest.mark.parametrize(
    "answer",
    [
        {"system": "tc2", "person": "501", "member": "0"},
        {"system": "tc2", "person": "501", "member": "x"},
        {"system": "tc2", "person": "77", "member": "1"},
        {"system": "none", "person": "501", "member": "1"},
    ],
)
def test_an_answer_that_names_nobody_pairs_nobody(as_, tc2, member, answer):
    tc2.sign_up()

    page = as_("operations").post(ADDRESS, answer, follow=True).content.decode()

    assert "Choose a team member" in page
    assert not ExternalLink.objects.filter(kind="team_member").exists()


@pytest.mark.parametrize("role", ["sales", "sales lead", "read only"])
def test_who_may_not_manage_connections_may_not_pair(as_, tc2, role):
    client = as_(role)

    assert client.get(ADDRESS).status_code == 403
    assert client.post(ADDRESS).status_code == 403


def test_the_command_pairs_and_says_who_is_left(late, capsys):
    call_command("setup_admins", "--dry-run")
    assert "is nobody here" in capsys.readouterr().out

    call_command("setup_admins")

    out = capsys.readouterr().out
    assert "Paired: 1" in out
    assert str(late) in out
    assert "is nobody here" not in out
    call_command("setup_admins")
    assert "Nobody new to pair." in capsys.readouterr().out


@pytest.mark.parametrize(("role", "found"), [("operations", True), ("sales", False)])
def test_who_may_open_the_page_finds_it_in_the_menu_and_above_the_team(as_, role, found):
    client = as_(role)

    response = client.get("/admin/companies/teammember/")

    entries = [item["title"] for group in menu(response.wsgi_request) for item in group["items"]]
    assert ("Who is who" in entries) is found
    assert ("Who is who …" in response.content.decode()) is found
    assert (client.get(ADDRESS).status_code == 200) is found


def test_on_the_page_itself_the_menu_marks_it_and_nothing_else(as_):
    request = as_("operations").get(ADDRESS).wsgi_request

    items = [item for group in menu(request) for item in group["items"]]
    assert [item["title"] for item in items if item["active"]] == ["Who is who"]
