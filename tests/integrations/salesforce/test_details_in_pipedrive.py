"""What the map reads from loans, in custom fields of the Pipedrive account's own."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from integrations.models import OutboxEntry, RemoteField, SyncLog
from integrations.pipedrive import keys, setup
from integrations.sync import reconcile
from integrations.sync.errors import Misconfigured
from integrations.sync.system import get
from tests.integrations.salesforce.in_pipedrive import made, set_up
from tests.salesforce_loop import STAGES

pytestmark = pytest.mark.django_db

P = "MtgPlanner_CRM__"
OCCUPANCY = f"{P}Occupancy__c"
RATE = f"{P}Rate_1st_TD__c"

#: Label in Pipedrive -> type there, and options.
FIELDS = {
    "Rate": ("double", ()),
    "Fee": ("monetary", ()),
    "Called on": ("date", ()),
    "Lived in": ("enum", ("Owner", "Tenant")),
    "Purpose": ("varchar", ()),
}


@pytest.fixture
def there(salesforce, pipedrive, settings):
    """Both connected, and the account's own fields by label; some show what a loan says."""
    pipedrive.sandbox.clock.set(timezone.now())
    pipeline = pipedrive.create("pipeline", name="Loans")
    pipedrive.tell("create", "pipeline", pipeline["id"])
    for name in STAGES:
        stage = pipedrive.create("stage", name=name, pipeline_id=pipeline["id"])
        pipedrive.tell("create", "stage", stage["id"])
    fields = {name: made(pipedrive, name, *what) for name, what in FIELDS.items()}
    code = {name: each["field_code"] for name, each in fields.items()}
    ours, others = (each["id"] for each in fields["Lived in"]["options"])
    settings.SALESFORCE_FIELD_MAP = json.dumps(
        {
            "rate": {"source": RATE, "type": "percent", "target": code["Rate"]},
            "fee": {"source": "Funding_Fee__c", "type": "money", "target": code["Fee"]},
            "called_on": {
                "source": "Strategy_Call__c", "type": "date", "target": code["Called on"],
            },
            "lived_in": {
                "source": OCCUPANCY,
                "type": "option",
                "options": {"Primary": ours, "Investment": others},
                "target": code["Lived in"],
            },
            code["Purpose"]: f"{P}Loan_Purpose__c",
        }
    )  # fmt: skip
    return set_up(pipedrive, code)


def shown(pipedrive, there):
    """What the one deal shows in these fields."""
    [deal] = pipedrive.account.records("deal")
    return {name: deal["custom_fields"].get(key) for name, key in there.items()}


def a_loan(salesforce, pipedrive, **values):
    loan = salesforce.loan(**values)
    salesforce.poll()
    pipedrive.send()
    pipedrive.send()
    return loan


def type_there(pipedrive, there, name, value):
    """Somebody types something into a field of the deal, and Hermes hears of it."""
    [deal] = pipedrive.account.records("deal")
    pipedrive.sandbox.clock.advance(2)
    pipedrive.account.update("deal", deal["id"], custom_fields={there[name]: value})
    pipedrive.tell("change", "deal", deal["id"])


def test_each_is_in_its_own_field_in_the_form_that_the_field_has(salesforce, pipedrive, there):
    a_loan(
        salesforce,
        pipedrive,
        Funding_Fee__c="$1,250.00",
        Strategy_Call__c="2026-03-02T12:00:00.000+0000",
        **{RATE: 6.125, f"{P}Loan_Purpose__c": "Purchase", OCCUPANCY: "Investment"},
    )

    number = RemoteField.objects.get(field="loan: lived_in").options["Tenant"]
    [deal] = pipedrive.account.records("deal")
    assert shown(pipedrive, there) == {
        "Rate": 6.125,
        "Fee": {"value": 1250, "currency": deal["currency"]},
        "Called on": "2026-03-02",
        "Lived in": number,
        "Purpose": "Purchase",
    }


def test_only_what_changed_goes_over_the_wire(salesforce, pipedrive, there):
    loan = a_loan(salesforce, pipedrive, **{RATE: 6.5, f"{P}Loan_Purpose__c": "Purchase"})
    pipedrive.sandbox.forget_calls()

    salesforce.edit(loan, **{RATE: 6.25})
    pipedrive.send()

    [call] = pipedrive.writes
    assert call.body == {"custom_fields": {there["Rate"]: 6.25}}


def test_what_comes_back_is_no_news(salesforce, pipedrive, there):
    a_loan(salesforce, pipedrive, **{RATE: 6.5, OCCUPANCY: "Primary"}, Funding_Fee__c="900")
    [deal] = pipedrive.account.records("deal")
    pipedrive.sandbox.clock.advance(2)
    pipedrive.sandbox.forget_calls()

    pipedrive.tell("change", "deal", deal["id"])
    pipedrive.send()

    assert not pipedrive.writes
    assert not SyncLog.objects.filter(topic="put_right").exists()


def test_what_is_emptied_in_salesforce_is_emptied_there(salesforce, pipedrive, there):
    loan = a_loan(salesforce, pipedrive, **{RATE: 6.5})

    salesforce.edit(loan, **{RATE: None})
    pipedrive.send()

    assert shown(pipedrive, there)["Rate"] is None


def test_what_somebody_changes_there_is_put_right_and_said(salesforce, pipedrive, there):
    a_loan(salesforce, pipedrive, **{RATE: 6.5})

    type_there(pipedrive, there, "Rate", 1.5)
    pipedrive.send()

    assert shown(pipedrive, there)["Rate"] == 6.5
    [said] = SyncLog.objects.filter(topic="put_right")
    assert said.message == (
        "Somebody changed the rate in Pipedrive. It is Salesforce's to say: it is put right"
    )
    assert said.record_id == salesforce.deal(loan_of(salesforce)).pk


def loan_of(salesforce):
    return next(iter(salesforce.org.account.tables[salesforce.org.account.schema.loan]))


def test_a_comparison_puts_right_what_no_message_told_of(salesforce, pipedrive, there):
    a_loan(salesforce, pipedrive, **{RATE: 6.5})
    [deal] = pipedrive.account.records("deal")
    pipedrive.sandbox.clock.advance(2)
    pipedrive.account.update("deal", deal["id"], custom_fields={there["Rate"]: 1.5})

    reconcile.reconcile(get("pipedrive"))
    pipedrive.send()

    assert shown(pipedrive, there)["Rate"] == 6.5


def test_what_salesforce_never_said_anything_of_is_anybodys_to_fill_in(
    salesforce, pipedrive, there
):
    loan = a_loan(salesforce, pipedrive, **{RATE: 6.5})

    type_there(pipedrive, there, "Purpose", "To live in")
    salesforce.edit(loan, **{RATE: 6.25})
    pipedrive.send()

    assert shown(pipedrive, there)["Purpose"] == "To live in"
    assert not SyncLog.objects.filter(topic="put_right").exists()


def test_a_value_without_an_option_leaves_the_field_alone(salesforce, pipedrive, there):
    loan = a_loan(salesforce, pipedrive, **{OCCUPANCY: "Primary"})
    before = shown(pipedrive, there)["Lived in"]

    salesforce.edit(loan, amount=260_000, **{OCCUPANCY: "Secondary"})
    pipedrive.send()

    [deal] = pipedrive.account.records("deal")
    assert (deal["value"], shown(pipedrive, there)["Lived in"]) == (260_000, before)


def test_a_borrowers_details_are_the_persons(salesforce, pipedrive, there, settings):
    field = made(pipedrive, "Born on", "date", entity="person")
    entry = {"source": "Birthdate", "type": "date", "target": field["field_code"]}
    settings.SALESFORCE_CONTACT_FIELD_MAP = json.dumps({"born_on": entry})
    set_up(pipedrive)

    a_loan(salesforce, pipedrive, borrower=salesforce.borrower(Birthdate="1980-02-29"))

    [person] = pipedrive.account.records("person")
    assert person["custom_fields"][field["field_code"]] == "1980-02-29"


def test_a_deal_that_is_no_loan_is_told_nothing(salesforce, pipedrive, there):
    deal = pipedrive.create("deal", title="A sale", custom_fields={there["Rate"]: 3})
    pipedrive.tell("create", "deal", deal["id"])
    pipedrive.send()

    assert shown(pipedrive, there)["Rate"] == 3


def test_without_set_up_nothing_is_sent_and_set_up_says_what_it_would_show(
    salesforce, pipedrive, there
):
    RemoteField.objects.filter(field__startswith="loan: ").delete()
    keys.forget()

    a_loan(salesforce, pipedrive, **{RATE: 6.5})

    assert shown(pipedrive, there)["Rate"] is None
    assert "Show rate of Salesforce in the deal field “Rate”" in setup.plan().lines()
    set_up(pipedrive)
    assert not [line for line in setup.plan().lines() if line.startswith("Show")]
    reconcile.reconcile(get("pipedrive"))
    pipedrive.send()
    assert shown(pipedrive, there)["Rate"] == 6.5
    assert not OutboxEntry.objects.filter(state="dead").exists()


@pytest.mark.parametrize(
    ("label", "entry", "sentence"),
    [
        ("", {}, "in the deal field 0000.*, which this account does not have"),
        ("Hermes ID", {}, "in the deal field “Hermes ID”, which Hermes needs itself"),
        ("Called on", {"type": "percent"}, "in “Called on”, which is of type date"),
        ("Lived in", {"type": "option"}, "has no options that say which value is which"),
        ("Lived in", {"type": "option", "options": {"A": 5}}, "“Lived in”, which has no option 5"),
    ],
)
def test_a_target_that_cannot_show_it_is_named_by_set_up(
    salesforce, pipedrive, there, settings, label, entry, sentence
):
    known = there | {"": "0" * 40, "Hermes ID": pipedrive.key("deal", "hub_id")}
    entry = {"source": RATE, "target": known[label], **entry}
    settings.SALESFORCE_FIELD_MAP = json.dumps({"rate": entry})

    with pytest.raises(Misconfigured, match=f"Salesforce's map shows “Rate” .*{sentence}"):
        setup.plan()
