"""Which companies Hermes has, as TC2 and the team ask for them."""

from __future__ import annotations

import pytest

from integrations.models import ExternalLink
from tests.factories import CompanyFactory
from tests.tc2_loop import KEY

pytestmark = pytest.mark.django_db

KEYED = {"HTTP_AUTHORIZATION": f"token {KEY}"}


@pytest.fixture
def company(tc2):
    company = CompanyFactory(name="Brightpath", country="PT", price_plan="startup")
    for system, number, other in [("pipedrive", "4011", ""), ("tc2", "8101", "9101")]:
        ExternalLink.objects.create(
            system=system, kind="company", remote_id=number, other_id=other, record_id=company.pk
        )
    CompanyFactory(name="Larkfield", country="PT")
    return company


def ids(client, **query):
    return [each["id"] for each in client.get("/companies/", query, **KEYED).json()]


def test_a_company_is_shown_with_its_numbers_elsewhere(client, company):
    response = client.get("/companies/", {"id": company.pk}, **KEYED)

    assert response.json() == [
        {
            "id": company.pk, "name": "Brightpath", "pd_org_id": 4011, "tc2_cligency_id": 8101,
            "tc2_agency_id": 9101, "country": "PT", "price_plan": "startup",
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    "query",
    [{"name": "Brightpath"}, {"price_plan": "startup"}, {"pd_org_id": 4011},
     {"tc2_agency_id": 9101}, {"tc2_cligency_id": 8101}, {"country": "PT", "pd_org_id": "4011"}],
)  # fmt: skip
def test_it_is_found_by_any_value_and_by_several_together(client, company, query):
    assert ids(client, **query) == [company.pk]


@pytest.mark.parametrize(
    "query",
    [{"pd_org_id": 8101}, {"name": "bright"}, {"country": "PT", "price_plan": "payg"},
     {"id": 10**30}],
)  # fmt: skip
def test_another_value_finds_nothing(client, company, query):
    assert ids(client, **query) == []


def test_ten_are_shown_at_most_by_name(client, tc2):
    for number in range(12, 0, -1):
        CompanyFactory(name=f"Brightpath {number:02}", country="FR")

    answer = client.get("/companies/", {"country": "FR"}, **KEYED).json()

    assert [each["name"] for each in answer] == [f"Brightpath {n:02}" for n in range(1, 11)]


def test_who_asks_for_nothing_or_for_what_there_is_not_is_told_so(client, company):
    nothing = client.get("/companies/", **KEYED)
    unknown = client.get("/companies/", {"email": "a@b.example"}, **KEYED)

    assert nothing.status_code == 422
    assert unknown.status_code == 422
    assert list(unknown.json()["errors"]) == ["email"]


def test_only_tc2_and_the_team_may_ask(client, company, admin_user, django_user_model):
    assert client.get("/companies/", {"country": "PT"}).status_code == 403
    wrong = client.get("/companies/", {"country": "PT"}, HTTP_AUTHORIZATION="token wrong")
    assert wrong.status_code == 403
    client.force_login(django_user_model.objects.create_user("guest"))
    assert client.get("/companies/", {"country": "PT"}).status_code == 403
    client.force_login(admin_user)
    assert client.get("/companies/", {"country": "PT"}).status_code == 200
