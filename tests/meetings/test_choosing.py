"""With whom a visitor talks."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.models import ExternalLink
from integrations.tasks import nightly
from meetings import choosing
from meetings.models import HostChoice, MeetingKind
from tests.at_once import together
from tests.factories import CompanyFactory, MeetingFactory, TeamMemberFactory

pytestmark = pytest.mark.django_db


def seller(plans="payg", territories="GB", **values):
    return TeamMemberFactory(plans=plans.split(), territories=territories.split(), **values)


@pytest.fixture
def three(db):
    return [seller("payg startup", "GB EU"), seller("payg", "GB US"), seller("payg", "EU")]


def chosen(website, path="sales", **query):
    response = website.get(f"/choose-roundrobin/{path}/", **query)
    return response.json().get("id") or response.status_code


# -- as the website asks --------------------------------------------------------------------


def test_the_answer_names_the_person_here_and_elsewhere(website, host):
    for system, number in [("tc2", "501"), ("pipedrive", "90001")]:
        ExternalLink.objects.create(
            system=system, kind="team_member", remote_id=number, record_id=host.pk
        )

    response = website.get("/choose-roundrobin/sales/", plan="payg", country_code="GB")

    assert response.json() == {
        "id": host.pk, "first_name": "Mia", "last_name": "Lind", "email": host.email,
        "tc2_admin_id": 501, "pd_owner_id": 90001,
    }  # fmt: skip


def test_who_is_in_no_other_system_has_no_number_there(website, host):
    answer = website.get("/choose-roundrobin/support/").json()

    assert (answer["tc2_admin_id"], answer["pd_owner_id"]) == (None, None)


@pytest.mark.parametrize(
    ("country", "indexes"),
    [("gb", 0), ("", 0), ("US", 1), ("PT", 0), ("AU", 0), ("BR", 0), ("nonsense", 0)],
)
def test_who_sells_in_the_visitors_territory_is_first_and_else_whoever_sells_the_plan(
    website, three, country, indexes
):
    assert chosen(website, plan="payg", country_code=country) == three[indexes].pk


def test_the_next_one_after_the_newest_companys_sales_person_is_chosen(website, three):
    for sold_by, following in [(0, 1), (1, 0), (2, 0)]:
        CompanyFactory(price_plan="payg", sales_person=three[sold_by])
        assert chosen(website, plan="payg", country_code="GB") == three[following].pk


def test_companies_of_other_plans_move_nothing(website, three):
    CompanyFactory(price_plan="startup", sales_person=three[0])

    assert chosen(website, plan="payg", country_code="GB") == three[0].pk


def test_nobody_who_left_is_chosen(website, three):
    three[0].is_active = False
    three[0].save()

    assert chosen(website, plan="payg", country_code="GB") == three[1].pk


def test_asking_changes_nothing(website, three):
    assert {chosen(website, plan="payg", country_code="GB") for _ in range(3)} == {three[0].pk}
    assert not HostChoice.objects.exists()


def test_where_nobody_sells_there_is_nobody(website, three):
    assert chosen(website, plan="enterprise") == 404
    assert chosen(website, "support") == 404


@pytest.mark.parametrize("plan", [{}, {"plan": ""}, {"plan": "gold"}, {"plan": "<script>"}])
def test_a_plan_that_is_none_is_refused_by_its_field(website, three, plan):
    response = website.get("/choose-roundrobin/sales/", **plan)

    assert response.status_code == 422
    assert list(response.json()["errors"]) == ["plan"]


def test_support_goes_round_by_the_newest_company_that_has_somebody(website, db):
    people = TeamMemberFactory.create_batch(2, is_support_person=True)
    CompanyFactory(support_person=people[0])
    CompanyFactory()

    assert chosen(website, "support") == people[1].pk


@pytest.mark.parametrize(
    ("told", "country"),
    [("PT", "PT"), ("pt", "PT"), ("XX", "GB"), ("T1", "GB"), ("PRT", "GB"), ("", "GB"),
     ("1F", "GB"), ("É!", "GB"), (None, "GB")],
)  # fmt: skip
def test_the_visitors_country_is_what_cloudflare_says(website, db, told, country):
    headers = {} if told is None else {"HTTP_CF_IPCOUNTRY": told}

    assert website.client.get("/loc/", **headers).json() == {"country_code": country}


# -- for the public page --------------------------------------------------------------------


def choose(free=(), country="GB", **values):
    about = {"plan": "payg", "country": country, **values}
    return choosing.choose_host(MeetingKind.SALES, free=[host.pk for host in free], **about)


def test_the_companys_own_sales_person_comes_first(three):
    company = CompanyFactory(name="Brightpath", sales_person=three[2])

    choice = choose(company=company)

    assert (choice.host, choice.reason) == (three[2], "Is the sales person of Brightpath")


def test_who_left_is_not_the_companys_own_any_more(three):
    company = CompanyFactory(sales_person=seller(is_active=False))

    assert choose(company=company).host == three[0]


def test_else_the_one_whose_turn_was_longest_ago(three):
    MeetingFactory(host=three[0])

    choices = [choose() for _ in range(4)]

    assert [three.index(choice.host) for choice in choices] == [1, 0, 1, 0]
    assert choices[0].reason == "Sells “Pay as you go” in United Kingdom; was never booked"
    assert "was booked longest ago" in choices[1].reason
    assert choices[0].plan == "payg"


def test_where_nobody_sells_in_a_territory_the_reason_says_so(three):
    choice = choose(country="BR")

    assert choice.reason.startswith("Sells “Pay as you go”, as nobody does in Rest of the world")


def test_whoever_has_no_free_time_is_left_out_while_others_have_some(three):
    company = CompanyFactory(name="Brightpath", sales_person=three[0])

    choice = choose(free=[three[1], three[2]], company=company)

    assert choice.host == three[1]
    assert choice.reason.endswith(f"{three[0]}, who looks after Brightpath, has no free time")
    abroad = choose(free=[three[2]])
    assert abroad.host == three[2]
    assert "as nobody has free times in United Kingdom" in abroad.reason


def test_a_choice_that_came_to_nothing_is_a_turn_for_an_hour(three):
    first = choose()
    assert first.host == three[0]
    assert choose().host == three[1]
    HostChoice.objects.update(at=timezone.now() - timedelta(hours=2))
    MeetingFactory(host=three[1])

    assert choose().host == three[0]


def test_choices_that_came_to_nothing_are_removed_at_night_after_a_week(three):
    kept, booked, idle = choose(), choose(), choose()
    long_ago = HostChoice.objects.exclude(pk=kept.pk)
    long_ago.update(at=timezone.now() - timedelta(days=8))
    HostChoice.objects.filter(pk=booked.pk).update(meeting=MeetingFactory())

    nightly()

    assert set(HostChoice.objects.values_list("pk", flat=True)) == {kept.pk, booked.pk}
    assert idle.pk not in {kept.pk, booked.pk}


@pytest.mark.parametrize("person", ["sales", "support"])
def test_the_newest_company_is_found_by_an_index(db, person):
    with CaptureQueriesContext(connection) as asked, suppress(choosing.NobodyThere):
        if person == "sales":
            choosing.next_sales_person("payg", "GB")
        else:
            choosing.next_support_person()
    newest = next(
        one["sql"] for one in asked if "ORDER BY" in one["sql"] and "LIMIT 1" in one["sql"]
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {newest}")
        plan = " ".join(line for (line,) in cursor.fetchall())

    assert "company_newest_" in plan


def test_support_calls_are_taken_by_who_supports(db):
    supporter = TeamMemberFactory(is_support_person=True, is_sales_person=False)

    assert choosing.choose_host(MeetingKind.SUPPORT, free=[]).host == supporter


def test_where_there_is_nobody_none_is_chosen(db):
    with pytest.raises(choosing.NobodyThere):
        choose()


@pytest.mark.django_db(transaction=True)
def test_visitors_at_one_moment_get_each_another_host():
    hosts = [seller() for _ in range(4)]

    found = together(lambda _: choose().host_id, 8)

    assert sorted(found) == sorted([host.pk for host in hosts] * 2)
