"""What the map of further fields makes of loans and borrowers."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from integrations.models import Conflict, ExternalLink, SyncLog
from integrations.sync import reconcile
from integrations.sync.errors import Misconfigured
from integrations.sync.system import get
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db

P = "MtgPlanner_CRM__"
BORROWER = f"{P}Borrower_Name__r"

#: Of every type; the last two are known by their org's names alone.
MAP = {
    "interest_rate": {"source": f"{P}Rate_1st_TD__c", "type": "percent"},
    "funding_fee": {"source": "Funding_Fee__c", "type": "money"},
    "strategy_call": {"source": "Strategy_Call__c", "type": "date"},
    "purpose": f"{P}Loan_Purpose__c",
    "occupancy": {
        "source": f"{P}Occupancy__c",
        "type": "option",
        "options": {"Primary": 12, "Investment": 13},
    },
    "income": {"source": f"{BORROWER}.{P}Income_Borrower__c", "type": "money"},
    "property_address": {
        "source": {
            "street": f"{P}Property_Address__c",
            "city": f"{P}Property_City__c",
            "state": f"{P}Property_State__c",
            "zip": f"{P}Property_Postal_Code__c",
        }
    },
}

ADDRESS = {
    f"{P}Property_Address__c": "12 Elm Street",
    f"{P}Property_City__c": "Phoenix",
    f"{P}Property_State__c": "AZ",
    f"{P}Property_Postal_Code__c": "85004",
}


@pytest.fixture
def mapped(salesforce, settings):
    """The org, with a map of all sorts of fields."""
    settings.SALESFORCE_FIELD_MAP = json.dumps(MAP)
    settings.SALESFORCE_TIMEZONE = "America/Phoenix"
    return salesforce


def only(mapped, **values):
    """What becomes of one loan with these values."""
    loan = mapped.loan(**values)
    mapped.poll()
    return mapped.deal(loan).loan_details


def warnings():
    return list(SyncLog.objects.filter(topic="bad_value").values_list("message", flat=True))


def test_each_value_is_kept_in_the_form_that_its_type_has(mapped):
    borrower = mapped.borrower(**{f"{P}Income_Borrower__c": 8200.5})

    said = only(
        mapped,
        borrower=borrower,
        number="26-1001",
        Funding_Fee__c="$1,250.00",
        Strategy_Call__c="2026-03-02T03:30:00.000+0000",
        **{f"{P}Rate_1st_TD__c": 6.125, f"{P}Loan_Purpose__c": "Purchase"},
        **{f"{P}Occupancy__c": "Primary"},
        **ADDRESS,
    )

    assert said == {
        "loan_number": "26-1001",
        "loan_officer": "Anna Whitlock",
        "interest_rate": "6.125",
        "funding_fee": "1250",
        "strategy_call": "2026-03-01",
        "purpose": "Purchase",
        "occupancy": "Primary",
        "income": "8200.5",
        "property_address": "12 Elm Street, Phoenix, AZ 85004",
    }
    assert not warnings()


@pytest.mark.parametrize(
    ("values", "address"),
    [
        ({f"{P}Property_Address__c": "PREQUALIFICATION ONLY"}, "Phoenix, AZ 85004"),
        ({f"{P}Property_City__c": None}, "12 Elm Street, AZ 85004"),
        ({f"{P}Property_State__c": None, f"{P}Property_City__c": None}, "12 Elm Street, 85004"),
    ],
)
def test_an_address_is_what_there_is_of_it(mapped, values, address):
    assert only(mapped, **ADDRESS | values)["property_address"] == address


def test_no_address_takes_none_away(mapped):
    loan = mapped.loan(**ADDRESS)
    mapped.poll()

    deal = mapped.edited(loan, **dict.fromkeys(ADDRESS))

    assert deal.loan_details["property_address"] == "12 Elm Street, Phoenix, AZ 85004"


@pytest.mark.parametrize("fee", ["1.250,00", "about 900", "1,2", "$", "10%", "1 or 2"])
def test_money_that_is_no_number_is_left_out_with_a_warning_and_the_rest_goes_on(mapped, fee):
    said = only(mapped, Funding_Fee__c=fee, **{f"{P}Rate_1st_TD__c": 6.5})

    assert "funding_fee" not in said
    assert said["interest_rate"] == "6.5"
    [warning] = warnings()
    assert warning == f"Funding_Fee__c holds {fee!r} in Salesforce, which does not fit here"


@pytest.mark.parametrize(
    ("rate", "told"), [(1e300, "1E+300"), ({"x": 1}, '{"x": 1}'), ([True], "[true]")]
)
def test_a_value_that_does_not_fit_is_told_as_salesforce_has_it(mapped, rate, told):
    only(mapped, **{f"{P}Rate_1st_TD__c": rate})

    [warning] = warnings()
    assert warning == f"{P}Rate_1st_TD__c holds {told} in Salesforce, which does not fit here"


def test_a_value_without_an_option_leaves_what_there_is_and_is_told(mapped):
    loan = mapped.loan(**{f"{P}Occupancy__c": "Primary"})
    mapped.poll()

    deal = mapped.edited(loan, amount=300_000, **{f"{P}Occupancy__c": "Secondary"})

    assert (deal.value, deal.loan_details["occupancy"]) == (Decimal(300_000), "Primary")
    [warning] = warnings()
    assert "holds 'Secondary' in Salesforce" in warning
    assert "for which SALESFORCE_FIELD_MAP.occupancy has no option" in warning


def test_what_is_emptied_there_is_emptied_here_unless_the_map_says_otherwise(mapped, settings):
    fee = {"source": "Funding_Fee__c", "type": "money", "clear_on_null": False}
    settings.SALESFORCE_FIELD_MAP = json.dumps(MAP | {"funding_fee": fee})
    loan = mapped.loan(Funding_Fee__c="900", **{f"{P}Rate_1st_TD__c": 6.5})
    mapped.poll()

    deal = mapped.edited(loan, Funding_Fee__c=None, **{f"{P}Rate_1st_TD__c": None})

    assert (deal.loan_details["funding_fee"], deal.loan_details["interest_rate"]) == ("900", None)


@pytest.mark.parametrize(("clears", "after"), [(False, 250_000), (True, 0)])
def test_an_amount_that_is_emptied_stays_unless_the_map_says_otherwise(
    salesforce, settings, clears, after
):
    amount = {"source": "Total_Loan_Amount__c", "clear_on_null": clears}
    settings.SALESFORCE_FIELD_MAP = json.dumps({"value": amount})
    loan = salesforce.loan(amount=1, Total_Loan_Amount__c=250_000)
    salesforce.poll()
    assert salesforce.deal(loan).value == 250_000

    assert salesforce.edited(loan, Total_Loan_Amount__c=None).value == after


def test_fields_of_the_deals_own_can_be_named_in_the_map(salesforce, settings):
    settings.SALESFORCE_STAGE_FIELD = ""
    settings.SALESFORCE_FIELD_MAP = json.dumps(
        {
            "title": f"{P}Loan_Program_1st_TD__c",
            "stage": f"{P}Status__c",
            "expected_close_date": {"source": "Strategy_Call__c"},
            "loan_number": f"{P}Loan_Type_1st_TD__c",
        }
    )
    loan = salesforce.loan(
        status="Submitted",
        Strategy_Call__c="2026-05-04T12:00:00.000+0000",
        **{f"{P}Loan_Program_1st_TD__c": "Jumbo 30", f"{P}Loan_Type_1st_TD__c": "VA"},
    )

    salesforce.poll()

    deal = salesforce.deal(loan)
    assert (deal.name, deal.stage.name) == ("Jumbo 30", "Loan In Process")
    assert deal.expected_close_on == date(2026, 5, 4)
    assert deal.loan_details["loan_number"] == "VA"
    assert ExternalLink.objects.get(kind="deal", remote_id=loan).other_id == "VA"


def test_a_borrower_has_details_of_their_own(salesforce, settings):
    settings.SALESFORCE_CONTACT_FIELD_MAP = json.dumps(
        {"born_on": {"source": "Birthdate", "type": "date"}}
    )
    borrower = salesforce.borrower(Birthdate="1980-02-29")
    salesforce.loan(borrower)

    salesforce.poll()

    assert salesforce.linked("contact", borrower).loan_details == {"born_on": "1980-02-29"}


def test_a_contact_that_is_found_by_the_address_has_its_details_without_a_question(
    salesforce, settings
):
    settings.SALESFORCE_CONTACT_FIELD_MAP = '{"born_on": {"source": "Birthdate", "type": "date"}}'
    known = ContactFactory(first_name="Ada", last_name="Quill", email="quill@quill.example")
    salesforce.loan(salesforce.borrower(Birthdate="1980-02-29", Email="quill@quill.example"))

    salesforce.poll()

    known.refresh_from_db()
    assert known.loan_details == {"born_on": "1980-02-29"}
    assert not Conflict.objects.exists()


def test_a_field_that_nobody_ever_filled_in_there_is_said_nothing_of(mapped):
    assert only(mapped) == {"loan_officer": "Anna Whitlock"}


def test_a_field_that_is_hidden_is_told_once_and_takes_nothing_away(mapped):
    loan = mapped.loan(**{f"{P}Rate_1st_TD__c": 6.5, f"{P}Loan_Purpose__c": "Purchase"})
    mapped.poll()
    mapped.hide_field(f"{P}Rate_1st_TD__c")

    for purpose in ["Refinance", "Purchase", "Refinance"]:
        deal = mapped.edited(loan, **{f"{P}Loan_Purpose__c": purpose})

    assert deal.loan_details["interest_rate"] == "6.5"
    assert deal.loan_details["purpose"] == "Refinance"
    told = SyncLog.objects.filter(message__contains="SALESFORCE_FIELD_MAP.interest_rate")
    assert told.count() == 1


def test_a_loan_that_says_less_than_is_known_of_it_does_not_differ(mapped):
    loan = mapped.loan(**{f"{P}Rate_1st_TD__c": 6.5})
    mapped.poll()
    mapped.hide_field(f"{P}Rate_1st_TD__c")
    before = ExternalLink.objects.get(kind="deal", remote_id=loan).pulled_at

    run = reconcile.reconcile(get("salesforce"))

    assert "0 differed" in run.report
    assert ExternalLink.objects.get(kind="deal", remote_id=loan).pulled_at == before


def test_without_a_field_that_the_map_requires_nothing_goes(salesforce, settings):
    settings.SALESFORCE_FIELD_MAP = '{"rate": {"source": "Rate__c", "required": true}}'

    with pytest.raises(Misconfigured, match=r"no field Rate__c .*SALESFORCE_FIELD_MAP.rate"):
        salesforce.poll()


def test_an_officer_that_is_a_lookup_is_shown_by_name(salesforce, settings):
    settings.SALESFORCE_LOAN_OFFICER_FIELD = f"{P}Borrower_Name__c"
    settings.SALESFORCE_LOAN_OFFICER = "Ada Quill"

    assert only(salesforce) == {"loan_officer": "Ada Quill"}


def test_an_owner_is_shown_by_name(salesforce, settings):
    user = next(iter(salesforce.org.account.tables["User"].values()))
    settings.SALESFORCE_LOAN_OFFICER_FIELD = "OwnerId"
    settings.SALESFORCE_LOAN_OFFICER = user["Name"]

    assert only(salesforce, OwnerId=user["Id"]) == {"loan_officer": user["Name"]}
