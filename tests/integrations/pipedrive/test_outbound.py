"""Hub records to the bodies that Pipedrive takes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from integrations.pipedrive.outbound import body, is_marked, with_primary
from integrations.pipedrive.schemas import SPOKE_KINDS
from integrations.sync.errors import Misconfigured
from integrations.sync.system import Outgoing
from tests.integrations.pipedrive.account_keys import KEYS, key


def outgoing(kind: str, *changed: str, **more: Any) -> Outgoing:
    values = more.pop("values", {})
    parents = more.pop("parents", {})
    defaults: dict[str, Any] = {"remote_state": {}, **more}
    return Outgoing(
        kind=kind,
        record_id=417,
        values=dict.fromkeys(SPOKE_KINDS[kind].fields) | values,
        changed=frozenset(changed),
        parents=parents,
        **defaults,
    )


def company(*changed: str, **more: Any) -> dict:
    return body(outgoing("company", *changed, **more), KEYS)


def deal(*changed: str, **more: Any) -> dict:
    more["values"] = {"status": "open"} | more.get("values", {})
    return body(outgoing("deal", *changed, **more), KEYS)


def contact(*changed: str, **more: Any) -> dict:
    more["values"] = {"name": "Priya Nair", "email": "", "phone": ""} | more.get("values", {})
    return body(outgoing("contact", *changed, **more), KEYS)


def test_only_changed_fields_go_out():
    assert company("name", values={"name": "Larkfield", "website": "x"}) == {"name": "Larkfield"}


def test_nothing_changed_is_an_empty_body_without_custom_fields():
    assert company() == {}


def test_a_long_name_is_cut_at_the_border():
    assert len(company("name", values={"name": "x" * 300})["name"]) == 255


def test_custom_fields_go_out_in_the_types_that_pipedrive_takes():
    sent = company(
        "website", "price_plan", "support_person", "paid_invoice_count", "pay0_at",
        "signup_questionnaire",
        values={
            "website": "https://x.example", "price_plan": "payg", "paid_invoice_count": 7,
            "pay0_at": datetime(2026, 3, 5, 23, 0, tzinfo=UTC),
            "signup_questionnaire": {"b": 1, "a": "ü"},
        },
        parents={"support_person": "24007"},
    )["custom_fields"]  # fmt: skip

    assert sent == {
        key("company", "website"): "https://x.example",
        key("company", "price_plan"): 62,
        key("company", "support_person"): 24007,
        key("company", "paid_invoice_count"): "7",
        key("company", "pay0_at"): "2026-03-05",
        key("company", "signup_questionnaire"): '{"a": "ü", "b": 1}',
    }


@pytest.mark.parametrize("name", ["website", "price_plan", "pay0_at", "support_person"])
def test_an_emptied_custom_field_is_cleared_there(name):
    assert company(name)["custom_fields"] == {key("company", name): None}


def test_a_plan_that_the_account_has_no_option_for_is_not_cleared():
    assert company("price_plan", values={"price_plan": "enterprise"}) == {}


def test_a_field_without_a_key_does_not_travel():
    assert company("utm_source", values={"utm_source": "x"}) == {}


def test_our_id_goes_out_with_a_new_record_and_when_it_must_be_rewritten():
    new = company("name", values={"name": "x"}, creating=True, send_hub_id=True)
    again = company(send_hub_id=True)

    assert new["custom_fields"] == {key("company", "hub_id"): "417"}
    assert again == {"custom_fields": {key("company", "hub_id"): "417"}}


def test_nothing_is_created_before_set_up_has_made_the_field_for_our_id():
    with pytest.raises(Misconfigured, match="setup_pipedrive"):
        body(outgoing("company", "name", values={"name": "x"}, creating=True), {})


def test_a_new_record_never_carries_null():
    sent = deal(
        "name", "company", "value", "currency", "stage", "pipeline", "lost_reason",
        values={"name": "x", "value": None, "currency": ""},
        parents={"stage": "31", "pipeline": "4"}, creating=True,
    )  # fmt: skip

    assert sent == {"title": "x", "stage_id": 31, "pipeline_id": 4}


def test_a_deal_that_loses_its_company_is_unlinked():
    assert deal("company", "contact") == {"org_id": None, "person_id": None}


def test_an_owner_cannot_be_taken_away():
    assert deal("owner") == {}
    assert company("sales_person") == {}


def test_a_move_to_another_pipeline_names_both():
    parents = {"stage": "33", "pipeline": "5"}

    assert deal("stage", "pipeline", parents=parents) == {"stage_id": 33, "pipeline_id": 5}
    assert deal("stage", parents=parents) == {"stage_id": 33}


def test_a_lost_reason_travels_with_a_lost_deal_only():
    reason = {"lost_reason": "Too dear"}

    assert deal("lost_reason", values=reason) == {}
    assert deal("status", "lost_reason", values={**reason, "status": "lost"}) == {
        "status": "lost", "lost_reason": "Too dear",
    }  # fmt: skip


def test_amounts_are_numbers_and_days_are_days():
    values = {
        "value": Decimal("1200.50"),
        "currency": "gbp",
        "probability": Decimal("20"),
        "expected_close_on": date(2026, 3, 31),
    }

    assert deal(*values, values=values) == {
        "value": 1200.5, "currency": "GBP", "probability": 20.0,
        "expected_close_date": "2026-03-31",
    }  # fmt: skip


def test_a_changed_address_keeps_the_others():
    held = [
        {"value": "old@x.example", "primary": True, "label": "work"},
        {"value": "home@x.example", "primary": False, "label": "home"},
    ]

    sent = contact(
        "email", values={"email": "new@x.example"}, remote_state={"emails": held}
    )["emails"]  # fmt: skip

    assert sent == [
        {"value": "new@x.example", "primary": True, "label": "work"},
        {"value": "home@x.example", "primary": False, "label": "home"},
    ]


def test_a_second_address_that_becomes_the_first_is_not_doubled():
    held = [
        {"value": "a@x.example", "primary": True, "label": "work"},
        {"value": "b@x.example", "primary": False, "label": "home"},
    ]

    assert [item["value"] for item in with_primary(held, "b@x.example")] == ["b@x.example"]
    assert [item["value"] for item in with_primary(held, "")] == ["b@x.example"]
    assert with_primary([], "") == []


def test_a_contact_without_a_name_is_named_by_its_address():
    sent = contact(
        "email", values={"name": "", "email": "a@x.example"}, creating=True
    )  # fmt: skip

    assert sent["name"] == "a@x.example"


def test_a_contact_that_left_its_company_is_unlinked():
    assert contact("company") == {"org_id": None}


SPAN = {
    "starts_at": datetime(2026, 3, 5, 14, 30, tzinfo=UTC),
    "ends_at": datetime(2026, 3, 5, 15, 45, tzinfo=UTC),
    "status": "planned",
}


def meeting(*changed: str, **more: Any) -> dict:
    more["values"] = SPAN | more.get("values", {})
    return body(outgoing("meeting", *changed, **more), KEYS)


def test_a_meeting_becomes_an_activity_in_utc():
    sent = meeting(
        "starts_at", "ends_at", "host", "contact", "company", "deal", "status", creating=True,
        parents={"host": "24001", "contact": "8120", "company": "5012", "deal": "3307"},
    )  # fmt: skip

    assert sent == {
        "busy": True, "done": False,
        "due_date": "2026-03-05", "due_time": "14:30", "duration": "01:15",
        "owner_id": 24001, "deal_id": 3307, "org_id": 5012,
        "participants": [{"person_id": 8120, "primary": True}],
    }  # fmt: skip


def test_a_moved_meeting_sends_its_whole_span():
    assert set(meeting("starts_at")) == {"due_date", "due_time", "duration"}


def test_a_held_meeting_is_done():
    assert meeting("status", values={"status": "completed"}) == {"done": True}
    assert meeting("status", values={"status": "no_show"}) == {"done": False}


@pytest.mark.parametrize(
    ("note", "ours"),
    [
        ("Hermes meeting 417", True),
        ("<p>Hermes meeting 417</p> Called back.", True),
        ("Hermes meeting 4171", False),
        (None, False),
        (7, False),
    ],
)
def test_an_activity_is_known_by_its_note(note, ours):
    assert is_marked({"note": note}, 417) is ours
