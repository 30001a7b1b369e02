"""TC2 asks for a link with which its client books a support call."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from companies.models import Company
from deals.models import Deal
from integrations.models import ExternalLink
from tests.factories import CompanyFactory, TeamMemberFactory
from tests.tc2_loop import KEY, SALES_PERSON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("support_link_key")]

GENERATE = "/callbooker/support-link/generate/tc2/"


@pytest.fixture
def host(db):
    host = TeamMemberFactory(is_support_person=True)
    link(host, "team_member", "700501")
    return host


def link(record, kind, number):
    ExternalLink.objects.create(system="tc2", kind=kind, remote_id=number, record_id=record.pk)


def ask(client, client_id, admin="700501", authorization=f"token {KEY}"):
    headers = {} if authorization is None else {"HTTP_AUTHORIZATION": authorization}
    query = {"tc2_admin_id": admin, "tc2_cligency_id": client_id}
    return client.get(GENERATE, query, **headers)


def test_a_known_client_gets_a_link_that_is_good(tc2, client, host):
    company = CompanyFactory(name="Brightpath")
    link(company, "company", "8101")

    response = ask(client, 8101)

    assert response.status_code == 200
    parts = urlsplit(response.json()["link"])
    query = {name: found[0] for name, found in parse_qs(parts.query).items()}
    assert parts.path == f"/book/{host.pk}/"
    assert (query["admin_id"], query["company_id"]) == (str(host.pk), str(company.pk))
    checked = client.get("/callbooker/support-link/validate/", query)
    assert checked.json() == {"status": "ok", "company_name": "Brightpath"}
    assert tc2.calls == []


def test_an_unknown_client_is_read_and_becomes_a_company_without_a_deal(
    tc2, client, host, sales_person, entry
):
    client_id = tc2.account.sign_up(first_name="Ada", last_name="Quill")["id"]

    response = ask(client, client_id)

    assert response.status_code == 200
    assert tc2.linked("company", client_id) == Company.objects.get()
    assert Company.objects.get().sales_person == sales_person
    assert not Deal.objects.exists()


@pytest.mark.parametrize(
    "authorization",
    [None, "", "token", "token wrong", KEY, f"{KEY} token", "token ü", "Bearer " + "x" * 5000],
)
def test_without_the_key_nothing_is_told(tc2, client, host, authorization):
    response = ask(client, 8101, authorization=authorization)

    assert response.status_code == 403
    assert KEY not in response.content.decode()


def test_who_tries_keys_is_put_off(tc2, client, host, settings):
    settings.CALLBOOKER_READS_PER_MINUTE = 3

    answers = [ask(client, 8101, authorization="token wrong") for _ in range(4)]

    assert [each.status_code for each in answers] == [403, 403, 403, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60


def test_any_first_word_will_do(tc2, client, host):
    company = CompanyFactory()
    link(company, "company", "8101")

    assert ask(client, 8101, authorization=f"Bearer {KEY}").status_code == 200


def test_without_a_key_of_ours_nobody_has_it(tc2, client, host, settings):
    settings.TC2_API_KEY = ""

    assert ask(client, 8101, authorization="token ").status_code == 403


@pytest.mark.parametrize("admin", ["999", SALES_PERSON])
def test_a_member_of_the_staff_whom_nobody_knows_is_not_found(tc2, client, db, admin):
    response = ask(client, 8101, admin=admin)

    assert response.status_code == 404
    assert list(response.json()["errors"]) == ["tc2_admin_id"]


def test_a_client_that_tc2_does_not_have_is_not_found(tc2, client, host):
    response = ask(client, 999_999)

    assert response.status_code == 404
    assert list(response.json()["errors"]) == ["tc2_cligency_id"]


def test_a_client_whose_sales_person_nobody_knows_is_no_company_yet(tc2, client, host):
    from companies.models import TeamMember

    client_id = tc2.account.sign_up(first_name="Ada", last_name="Quill")["id"]
    TeamMember.objects.exclude(pk=host.pk).delete()

    response = ask(client, client_id)

    assert (response.status_code, response.json()["code"]) == (404, "no_sales_person")
    assert not Company.objects.exists()


def test_while_tc2_is_away_the_caller_is_told_to_come_again(tc2, client, host, sandbox):
    sandbox.trouble.add("error", system="tc2", times=None, status=503)

    response = ask(client, 8101)

    assert (response.status_code, response.json()["code"]) == (503, "tc2_unavailable")


@pytest.mark.parametrize("client_id", ["", "abc", "-1", "<script>"])
def test_a_number_that_is_none_is_refused_by_its_field(tc2, client, host, client_id):
    response = ask(client, client_id)

    assert response.status_code == 422
    assert list(response.json()["errors"]) == ["tc2_cligency_id"]


def test_without_a_signing_key_there_are_no_links(tc2, client, host, settings):
    company = CompanyFactory()
    link(company, "company", "8101")
    settings.SUPPORT_LINK_KEY = ""

    response = ask(client, 8101)

    assert (response.status_code, response.json()["code"]) == (503, "not_configured")
