"""The page of Salesforce's fields: what the settings name, a live sample, what statuses are."""

import json

import pytest
from django.core.cache import cache

from deals.models import Deal
from integrations.models import Connection, ExternalLink, StageMapping
from integrations.sync.system import get

ADDRESS = "/admin/integrations/connection/fields/salesforce/"
P = "MtgPlanner_CRM__"


@pytest.fixture
def look(as_, salesforce, settings):
    """Opens it as operations; with what was typed into the sample's box."""
    settings.SALESFORCE_FIELD_MAP = json.dumps(
        {
            "interest_rate": {"source": f"{P}Rate_1st_TD__c", "type": "percent"},
            "fee": {"source": "Fee__c", "type": "money"},
        }
    )

    def opened(sample=""):
        response = as_("operations").get(ADDRESS, {"sample": sample} if sample else {})
        assert response.status_code == 200
        return response

    return opened


def lines(response, kind="deal"):
    """Called -> line, of a kind."""
    [found] = [lines for group, lines in response.context["groups"] if group.kind == kind]
    return {each["line"].called: each["line"] for each in found}


def cells(response, kind="deal"):
    """Called -> (there, made, here, outcome) of the sample."""
    [rows] = [rows for pair, rows in response.context["samples"] if pair.group.kind == kind]
    return {row.called: (row.there, row.made, row.here, row.outcome) for row in rows}


def words(response):
    return " ".join(response.content.decode().split())


def test_each_meaning_stands_with_its_setting_and_what_the_org_has(look):
    shown = lines(look())

    value = shown["Value"]
    assert (value.setting, value.name) == (
        "SALESFORCE_AMOUNT_FIELD",
        f"{P}Loan_Amount_1st_TD__c",
    )
    assert (value.label, value.type, value.problem) == ("Loan Amount (1st TD)", "currency", "")
    assert shown["Interest rate"].setting == "SALESFORCE_FIELD_MAP.interest_rate"
    assert "no field Fee__c that we may see" in shown["Fee"].problem


def test_people_read_it_too(look):
    text = words(look())

    assert "<code>SALESFORCE_LOAN_OFFICER_FIELD</code>" in text
    assert "“Loan Officer”, string" in text
    assert "from Salesforce" in text
    assert "There is none yet." in text


@pytest.mark.parametrize("writes", [False, True])
def test_what_goes_back_is_said_as_it_is_now(look, settings, writes):
    settings.SALESFORCE_WRITE_ENABLED = writes

    text = words(look())

    assert ("from Salesforce; changes here are not sent" in text) is not writes
    assert ("both ways" in text) is writes


def test_a_field_of_another_type_and_a_formula_are_problems(look, settings):
    settings.SALESFORCE_CLOSE_DATE_FIELD = "Loan_Officer__c"

    assert lines(look())["Expected close"].problem == "It is of a type that cannot hold this."


def test_the_newest_loan_is_shown_as_it_is_there_here_and_after_the_next_exchange(look, salesforce):
    salesforce.loan()
    loan = salesforce.loan(name="Quill - 1 Elm", **{f"{P}Rate_1st_TD__c": 6.5})
    salesforce.poll()
    salesforce.org.edit("loan", loan, amount=300_000, **{f"{P}Rate_1st_TD__c": 6.25})

    shown = cells(look())

    assert shown["Value"] == (
        "300000",
        "300000",
        "250000",
        "Hermes takes the value from Salesforce",
    )
    assert shown["Interest rate"] == (
        "6.25", "6.25 %", "6.5 %", "Hermes takes the value from Salesforce",
    )  # fmt: skip
    assert shown["Name"][1:] == ("Quill - 1 Elm", "Quill - 1 Elm", "The same on both sides")
    assert shown["Stage and status"][:3] == ("Application", "Application In", "Application In")
    assert shown["Borrower"][1:3] == ("Ada Quill", "Ada Quill")
    assert shown["Loan officer"] == (*["Anna Whitlock"] * 3, "The same on both sides")


def test_looking_changes_nothing(look, salesforce):
    loan = salesforce.loan()
    salesforce.poll()
    salesforce.org.edit("loan", loan, amount=300_000)
    before = list(ExternalLink.objects.order_by("pk").values())

    look()

    assert salesforce.deal(loan).value == 250_000
    assert list(ExternalLink.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    "typed", ["{pk}", "{short}", " https://x.example/lightning/r/Loan__c/{pk}/view?ws=1 "]
)
def test_a_loan_that_hermes_does_not_have_is_chosen_by_its_id_or_address(look, salesforce, typed):
    pk = salesforce.loan(officer="Somebody Else")

    response = look(typed.format(pk=pk, short=pk[:15]))

    assert response.context["sample_id"] == pk
    assert "Hermes makes no deal of it: Its loan officer is another." in words(response)
    assert cells(response)["Value"] == ("250000", "250000", "–", "Nothing is made of it")
    assert not Deal.objects.exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("the newest", "There is no number of a record in what you typed."),
        ("a0X5f00000Kq9ZzEAJ", "Salesforce shows no record with the number a0X5f00000Kq9ZzEAJ."),
        ("'; DROP TABLE--", "There is no number of a record in what you typed."),
    ],
)
def test_what_is_no_loan_is_said(look, typed, said):
    assert said in look(typed).context["sample_note"]


def test_a_settled_deal_takes_nothing_more(look, salesforce):
    loan = salesforce.loan()
    salesforce.poll()
    Deal.objects.update(status="lost")
    salesforce.org.edit("loan", loan, amount=300_000)

    assert cells(look())["Value"][3] == "The deal is lost, and nothing more is taken from the loan"


def test_what_does_not_fit_is_said_beside_the_sample(look, salesforce, settings):
    settings.SALESFORCE_FIELD_MAP = '{"fee": {"source": "Funding_Fee__c", "type": "money"}}'
    salesforce.loan(Funding_Fee__c="about 900")
    salesforce.poll()

    response = look()

    told = "Funding_Fee__c holds &#x27;about 900&#x27; in Salesforce, which does not fit here"
    assert told in words(response)
    assert cells(response)["Fee"] == ("about 900", "–", "–", "Left as it is")


def test_statuses_stand_with_what_they_are_here_and_how_many_loans_are_in_them(look, salesforce):
    for status in ["Submitted", "Submitted", "Waiting for the moon"]:
        salesforce.loan(status=status)
    salesforce.poll()
    StageMapping.objects.filter(remote_stage="Approved").delete()

    shown = {each["status"].value: each for each in look().context["statuses"]}

    assert (shown["Submitted"]["is_mapped"], shown["Submitted"]["count"]) == (True, 2)
    assert str(shown["Submitted"]["row"].stage) == "Loan In Process"
    assert shown["Getting Things Rolling"]["status"].label == "GTR"
    moon = shown["Waiting for the moon"]
    assert (moon["is_mapped"], moon["count"], moon["status"].label) == (False, 1, "")


def test_where_salesforce_cannot_be_asked_the_page_says_so_and_the_connection_is_not_blamed(
    look, salesforce
):
    salesforce.sandbox.trouble.add("error", system="salesforce", times=None, status=503)

    response = look()

    assert "Salesforce could not be asked." in words(response)
    assert not Connection.objects.filter(system="salesforce", failures_in_row__gt=0).exists()


def test_a_paused_connection_is_not_asked(look, salesforce):
    Connection.objects.update_or_create(system="salesforce", defaults={"paused": True})
    cache.clear()
    salesforce.sandbox.forget_calls()

    assert "Calls to Salesforce are held just now" in words(look())
    assert not salesforce.sandbox.calls


def test_settings_that_make_no_sense_are_said(look, settings):
    settings.SALESFORCE_FIELD_MAP = '{"rate": 5}'

    assert "SALESFORCE_FIELD_MAP: rate: it must be a field" in words(look())


@pytest.mark.parametrize(
    "name", ["LOAN_OFFICER_USER_ID", "INITIAL_SYNC", "LOAN_OFFICER_CHANGE_POLICY"]
)
def test_a_setting_that_makes_no_sense_is_said_beside_a_loan_that_hermes_has(
    look, salesforce, settings, name
):
    salesforce.loan()
    salesforce.poll()
    settings.SALESFORCE_WRITE_ENABLED = True
    setattr(settings, f"SALESFORCE_{name}", "nonsense")

    assert f"SALESFORCE_{name}" in words(look())


@pytest.mark.parametrize("role", ["sales", "sales lead", "read only"])
def test_who_does_not_look_after_connections_may_not_open_it(as_, salesforce, role):
    client = as_(role)

    assert client.get(ADDRESS).status_code == 403
    assert ADDRESS not in client.get("/admin/integrations/connection/").content.decode()
    assert not salesforce.sandbox.calls


def test_operations_find_it_beside_the_connections(as_, salesforce):
    client = as_("operations")
    text = client.get("/admin/integrations/connection/").content.decode()

    assert f'href="{ADDRESS}">Fields of Salesforce …' in text
    connection = Connection.objects.create(system="salesforce")
    shown = client.get(f"/admin/integrations/connection/{connection.pk}/change/")
    assert f'<a class="hermes-button" href="{ADDRESS}">Fields</a>' in shown.content.decode()
    assert get("pipedrive").looks is None
    assert client.get(ADDRESS.replace("salesforce", "pipedrive")).status_code == 404
