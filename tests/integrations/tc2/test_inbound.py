"""What a client says, value by value."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from integrations.tc2 import inbound

AGENCY = {"id": 7301, "name": "Bright Path Tutors"}


def company(agency=None, **client):
    held = {"id": 8101, "last_name": "Carvalho", "meta_agency": AGENCY | (agency or {}), **client}
    return inbound.client(held)[0]


def attributes(**values):
    return [{"machine_name": name, "value": value} for name, value in values.items()]


@pytest.mark.parametrize(
    ("country", "code"),
    [
        ("United Kingdom (GB)", "GB"), ("GB", "GB"), ("Portugal", "PT"), (None, ""), ("", ""),
        ("Congo (Democratic Republic) (CD)", "CD"),
    ],
)  # fmt: skip
def test_a_country_is_read_in_every_form(country, code):
    assert company({"country": country}).fields["country"] == code


def test_a_country_that_nobody_knows_is_left_out_and_told():
    told = company({"country": "Atlantis"})

    assert "country" not in told.fields
    assert told.problems == ("country holds 'Atlantis' in TC2, which does not fit here",)


@pytest.mark.parametrize(
    ("plan", "ours"), [("3-startup", "startup"), ("a-b-enterprise", "enterprise"), ("payg", "payg")]
)
def test_a_plan_is_what_follows_the_last_hyphen(plan, ours):
    told = company({"price_plan": plan})

    assert (told.fields["price_plan"], told.problems) == (ours, ())


@pytest.mark.parametrize("plan", ["3-gold", "", None])
def test_an_unknown_plan_counts_as_pay_as_you_go_and_is_told(plan):
    told = company({"price_plan": plan})

    assert told.fields["price_plan"] == "payg"
    assert len(told.problems) == 1


@pytest.mark.parametrize("created", [1790928930, "2026-10-02T08:15:30Z"])
def test_the_day_of_sign_up_is_read_as_seconds_or_as_a_date(created):
    signed_up = company({"created": created}).fields["signed_up_at"]

    assert signed_up == datetime(2026, 10, 2, 8, 15, 30, tzinfo=UTC)


def test_custom_fields_are_trimmed_and_an_unset_choice_is_empty():
    told = company(
        extra_attrs=attributes(utm_source=" Google", utm_campaign="-----", referer="x", other=5)
    )

    assert told.fields["utm_source"] == "Google"
    assert told.fields["utm_campaign"] == ""
    assert "estimated_income" not in told.fields


def test_absent_leaves_ours_alone():
    assert set(company().fields) == {"name", "has_signed_up"}
    assert company().parents == {}


@pytest.mark.parametrize(
    "typed",
    [
        attributes(pipedrive_id=4410), attributes(pipedrive_id="4410"),
        attributes(pipedrive_url="https://vendor.pipedrive.example/organization/4410/"),
    ],
)  # fmt: skip
def test_an_organization_that_a_person_typed_names_the_company(typed):
    assert company(extra_attrs=typed).known_as == (("pipedrive", "4410"),)


@pytest.mark.parametrize("value", [True, {}, [1], "x" * 3000, -5, 1e400, "\x00", "9" * 400])
@pytest.mark.parametrize(
    "key",
    ["name", "country", "website", "status", "paid_invoice_count", "created", "price_plan", "narc",
     "signup_questionnaire", "pay0_dt", "gclid"],
)  # fmt: skip
def test_no_value_of_an_agency_can_harm(key, value):
    assert company({key: value}).remote_id == "8101"


@pytest.mark.parametrize("value", [None, 5, "x", [], {}, [5], [{}], [{"id": None}]])
@pytest.mark.parametrize(
    "key", ["extra_attrs", "paid_recipients", "sales_person", "email", "phone", "user", "role"]
)
def test_no_value_of_a_client_can_harm(key, value):
    assert company(**{key: value}).remote_id == "8101"


def test_contacts_are_the_recipients_and_the_client_lends_the_first_its_address():
    client = {
        "id": 8101, "email": "ines@brightpath.example", "phone": "", "mobile": "+351 912 000 111",
        "meta_agency": AGENCY,
        "paid_recipients": [
            {"id": 9001, "first_name": "Ines", "last_name": "Carvalho", "email": None},
            {"id": 9002, "first_name": None, "last_name": "Duarte", "email": None},
        ],
    }  # fmt: skip

    _, first, second = inbound.client(client)

    assert first.fields == {
        "name": "Ines Carvalho", "email": "ines@brightpath.example", "phone": "+351 912 000 111",
    }  # fmt: skip
    assert second.fields == {"name": "Duarte", "email": "", "phone": "+351 912 000 111"}
    assert {each.parents["company"] for each in [first, second]} == {"8101"}
