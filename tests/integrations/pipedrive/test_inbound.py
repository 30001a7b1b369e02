"""Pipedrive's entities, as API answers carry them, to neutral records."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from integrations.pipedrive.custom_fields import CUSTOM_FIELDS
from integrations.pipedrive.inbound import record
from integrations.sync.errors import Rejected
from integrations.sync.records import RemoteRecord
from tests.integrations.pipedrive.account_keys import KEYS, key


def organization(**values: Any) -> RemoteRecord:
    return record("organization", {"id": 5012, **values}, KEYS)


def with_field(name: str, value: Any) -> RemoteRecord:
    return organization(custom_fields={key("company", name): value})


def person(**values: Any) -> RemoteRecord:
    return record("person", {"id": 8120, **values}, KEYS)


def deal(**values: Any) -> RemoteRecord:
    return record("deal", {"id": 3307, **values}, KEYS)


def activity(**values: Any) -> RemoteRecord:
    return record("activity", {"id": 61044, **values}, KEYS)


def test_absent_field_leaves_ours_alone_and_an_empty_one_clears_it():
    assert "website" not in organization(name="Larkfield").fields
    assert with_field("website", None).fields["website"] == ""


def test_a_null_name_says_nothing():
    assert organization(name=None).fields == {}
    assert person(name=None).fields == {}


@pytest.mark.parametrize("wrong", [{}, {"id": None}, {"id": "x"}, {"id": True}, {"id": {}}, [], 7])
def test_an_entity_without_an_id_is_rejected(wrong):
    with pytest.raises(Rejected, match="id"):
        record("organization", wrong, KEYS)


def test_a_wrong_type_is_reported_and_the_rest_is_taken():
    taken = deal(title="Onboarding", value={"amount": 7}, probability=180, owner_id="nobody")

    assert taken.fields == {"name": "Onboarding"}
    assert taken.parents == {}
    assert [sentence.split()[0] for sentence in taken.problems] == [
        "value", "probability", "owner",
    ]  # fmt: skip


@pytest.mark.parametrize("wrong", [10**30, "NaN", float("inf"), True, "twelve"])
def test_an_amount_that_the_hub_cannot_keep_is_reported(wrong):
    taken = deal(value=wrong)

    assert "value" not in taken.fields
    assert taken.problems


def test_a_deal_is_read_whole():
    taken = deal(
        title="Onboarding", status="won", value=1200, currency="gbp", probability=None,
        expected_close_date="2026-03-31", close_time="2026-03-09T13:30:45Z", lost_reason=None,
        owner_id=24001, org_id=5012, person_id=None, pipeline_id=4, stage_id=33,
    )  # fmt: skip

    assert taken.fields == {
        "name": "Onboarding",
        "status": "won",
        "value": Decimal("1200.00"),
        "currency": "GBP",
        "probability": None,
        "expected_close_on": date(2026, 3, 31),
        "closed_at": datetime(2026, 3, 9, 13, 30, 45, tzinfo=UTC),
        "lost_reason": "",
    }
    assert taken.parents == {
        "owner": "24001", "company": "5012", "contact": None, "pipeline": "4", "stage": "33",
    }  # fmt: skip


def test_a_deleted_deal_in_a_list_is_deleted_and_keeps_its_status():
    taken = deal(status="deleted")

    assert taken.deleted
    assert "status" not in taken.fields


def test_a_related_id_may_be_a_list_after_a_merge():
    assert person(org_id=[5012, 5013]).parents == {"company": "5012"}


def test_the_primary_address_counts_and_all_are_kept_for_the_next_change():
    taken = person(
        emails=[
            {"value": "home@x.example", "primary": False, "label": "home"},
            {"value": " work@x.example ", "primary": True, "label": "work"},
        ],
        phones=[{"value": "+44 113 496 0000"}, {"value": None}, "x"],
    )

    assert taken.fields == {"email": "work@x.example", "phone": "+44 113 496 0000"}
    assert len(taken.remote_state["emails"]) == 2
    assert taken.emails == ("home@x.example", "work@x.example")


def test_null_names_emails_and_phones_do_no_harm():
    taken = person(name=None, emails=None, phones=None)

    assert taken.fields == {"email": "", "phone": ""}
    assert taken.problems == ()


@pytest.mark.parametrize(
    ("values", "country"),
    [
        ({"address": {"value": "Leeds", "country": "United Kingdom"}}, "GB"),
        ({"address": None, "address_country": "australia"}, "AU"),
        ({"address": None, "country_code": "us"}, "US"),
        ({"address": "Leeds, United Kingdom"}, None),
        ({"address": {"country": "Narnia"}}, None),
        ({"address": {"country": ["GB"]}}, None),
    ],
)
def test_a_country_is_taken_where_one_is_known(values, country):
    assert organization(**values).fields.get("country") == country


@pytest.mark.parametrize("wrapped", [62, "62", {"type": "enum", "id": 62}, {"id": 62, "type": "x"}])
def test_an_option_becomes_its_label(wrapped):
    assert with_field("price_plan", wrapped).fields["price_plan"] == "payg"


def test_an_option_that_set_up_has_not_seen_is_reported():
    taken = with_field("price_plan", 99)

    assert "price_plan" not in taken.fields
    assert "Price plan" in taken.problems[0]


def test_a_user_field_names_a_parent():
    assert with_field("support_person", 24007).parents == {"support_person": "24007"}
    assert with_field("support_person", None).parents == {"support_person": None}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("paid_invoice_count", "7", 7),
        ("paid_invoice_count", None, 0),
        ("signup_questionnaire", '{"how": "search"}', {"how": "search"}),
        ("signup_questionnaire", None, {}),
        ("pay0_at", "2026-03-05", datetime(2026, 3, 5, tzinfo=UTC)),
        ("pay0_at", None, None),
    ],
)
def test_custom_values_take_the_hubs_form(name, value, expected):
    assert with_field(name, value).fields[name] == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("paid_invoice_count", "many"),
        ("paid_invoice_count", "-1"),
        ("signup_questionnaire", "they wrote prose"),
        ("signup_questionnaire", "[1]"),
        ("signup_questionnaire", '{"a": NaN}'),
        ("signup_questionnaire", "[" * 100_000),
        ("pay0_at", "soon"),
        ("website", {"type": "varchar", "value": {"deep": 1}}),
    ],
)
def test_a_custom_value_that_does_not_fit_is_reported(name, value):
    taken = with_field(name, value)

    assert name not in taken.fields
    assert taken.problems[0].startswith(f"{CUSTOM_FIELDS['company'][name].label} holds")


def test_unknown_custom_fields_leave_no_trace():
    taken = organization(custom_fields={"e" * 40: "x" * 10_000})

    assert (taken.fields, taken.remote_state, taken.problems) == ({}, {}, ())


@pytest.mark.parametrize(
    ("held", "ids"),
    [("417", (417,)), ("417, 522", (417, 522)), ("", ()), (None, ()), ("not ours", ())],
)
def test_our_id_is_read_and_kept_as_it_stands(held, ids):
    taken = with_field("hub_id", held)

    assert taken.hub_ids == ids
    assert taken.hub_id_text == (held or "")


def test_times_are_utc_to_the_second():
    assert organization(update_time="2026-03-02T10:02:30.999Z").modified_at == datetime(
        2026, 3, 2, 10, 2, 30, tzinfo=UTC
    )
    assert organization(update_time=None, add_time="2026-03-02T09:15:00Z").modified_at == datetime(
        2026, 3, 2, 9, 15, tzinfo=UTC
    )


def test_an_activity_is_a_span_in_utc():
    taken = activity(due_date="2026-03-05", due_time="14:30:00", duration="00:45", done=True)

    assert taken.fields == {
        "status": "completed",
        "starts_at": datetime(2026, 3, 5, 14, 30, tzinfo=UTC),
        "ends_at": datetime(2026, 3, 5, 15, 15, tzinfo=UTC),
    }


@pytest.mark.parametrize("duration", [None, "", "00:00", {"timezone_id": None, "value": ""}])
def test_an_activity_without_length_lasts_half_an_hour(duration):
    taken = activity(due_date="2026-03-05", due_time="14:30", duration=duration)

    assert taken.fields["ends_at"] == datetime(2026, 3, 5, 15, 0, tzinfo=UTC)


def test_an_activity_without_a_time_keeps_ours():
    assert activity(due_date="2026-03-05", due_time=None).fields == {}


def test_a_user_is_never_deleted_only_inactive():
    user = {"id": "24007", "name": "Sam Okoro", "email": "sam@x.example"}

    assert record("user", user | {"active_flag": False}, KEYS).fields["is_active"] is False
    assert record("user", user | {"is_deleted": True}, KEYS).fields["is_active"] is False
    assert not record("user", user | {"is_deleted": True}, KEYS).deleted


def test_a_stage_names_its_pipeline():
    taken = record("stage", {"id": 31, "name": "New", "order_nr": 2, "pipeline_id": 4}, KEYS)

    assert taken.fields == {"name": "New", "position": 2}
    assert taken.parents == {"pipeline": "4"}


def test_what_no_database_keeps_does_not_reach_the_link():
    taken = person(emails=[{"value": "a\x00@x.example"}], custom_fields={
        key("contact", "hub_id"): "9\x00"})  # fmt: skip

    assert "\x00" not in str(taken.remote_state) + taken.hub_id_text
