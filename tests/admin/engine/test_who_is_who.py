"""Pairing the team with its accounts in the outside systems, by page and by command."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.urls import reverse

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


@pytest.fixture
def mistaken(as_, tc2, member):
    """Somebody whom a person took for the wrong member of the team; the client that shows it."""
    tc2.sign_up()
    client = as_("operations")
    person = RemotePerson.objects.get().remote_id
    client.post(ADDRESS, {"system": "tc2", "person": person, "member": member.pk})
    inbox.drain()
    return client, ExternalLink.objects.get(kind="team_member", record_id=member.pk)


def put_right(client, tc2, link):
    """Pair the one who is meant, who has the address that TC2 names."""
    right = TeamMemberFactory(first_name="Anna", last_name="Whitlock", email=founders()[0][1])
    answer = {"system": "tc2", "person": link.remote_id, "member": right.pk}
    page = client.post(ADDRESS, answer, follow=True).content.decode()
    assert f"Anna Whitlock is number {link.remote_id} in TC2" in page
    tc2.sign_up(first_name="Bo", email="bo@ek.example")
    assert Company.objects.latest("pk").sales_person == right


def test_a_pair_that_was_a_mistake_is_undone_on_the_page(tc2, mistaken, member):
    client, link = mistaken
    assert "Unpair" in client.get(ADDRESS).content.decode()

    page = client.post(ADDRESS, {"unpair": link.pk}, follow=True).content.decode()

    assert f"Anna Bell is no longer number {link.remote_id} in TC2" in page
    assert "People whom Hermes does not know" in page
    assert RemotePerson.objects.get().remote_id == link.remote_id
    put_right(client, tc2, link)


def test_a_pair_that_was_a_mistake_is_undone_on_the_team_member_s_page(tc2, mistaken, member):
    client, link = mistaken
    page = client.get(f"/admin/companies/teammember/{member.pk}/change/").content.decode()
    address = reverse("record-unlink", args=["team_member", member.pk, link.pk])
    assert address in page

    question = client.get(address).content.decode()
    client.post(address)

    assert "makes a new record" not in question
    assert "Who is who" in question
    put_right(client, tc2, link)


def test_who_was_unpaired_is_not_paired_again_by_the_address(tc2, late, as_):
    client = as_("operations")
    client.post(ADDRESS)
    link = ExternalLink.objects.get(kind="team_member", system="tc2")
    client.post(ADDRESS, {"unpair": link.pk})

    assert "Nobody new to pair." in client.post(ADDRESS, follow=True).content.decode()
    assert not ExternalLink.objects.filter(kind="team_member", system="tc2").exists()


@pytest.mark.parametrize("link", ["0", "x", "", "99999999999999999999"])
def test_what_is_no_pair_cannot_be_undone(as_, tc2, link):
    page = as_("operations").post(ADDRESS, {"unpair": link}, follow=True).content.decode()

    assert "That pair is no longer there." in page


def test_pipedrive_s_own_users_stay_who_they_are(as_, pipedrive):
    link = ExternalLink.objects.filter(kind="team_member", system="pipedrive").first()
    client = as_("operations")
    assert "Unpair" not in client.get(ADDRESS).content.decode()

    page = client.post(ADDRESS, {"unpair": link.pk}, follow=True).content.decode()

    assert "have to stay linked" in page
    assert ExternalLink.objects.filter(pk=link.pk).exists()


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
