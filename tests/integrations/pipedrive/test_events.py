"""What Pipedrive's deliveries say. The payloads are those beside this file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.pipedrive.events import read
from integrations.sync.errors import Misconfigured, Rejected
from integrations.sync.records import RemoteRecord
from integrations.sync.system import Reading
from tests.integrations.pipedrive.account_keys import KEYS
from tests.integrations.pipedrive.payloads import body, event


def told(name: str) -> RemoteRecord:
    (one,) = read(body(name), KEYS).records
    return one


def changed(name: str, **meta: Any) -> Reading:
    held = event(name)
    held["meta"] |= meta
    return read(json.dumps(held).encode(), KEYS)


def test_a_new_organization():
    reading = read(body("organization_create"), KEYS)

    assert (reading.subject, reading.action) == ("company 5012", "create")
    (company,) = reading.records
    assert company.fields["name"] == "Larkfield Tutors Ltd"
    assert company.parents == {"sales_person": "24001"}
    assert company.modified_at == datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
    assert company.event_at == datetime(2026, 3, 2, 9, 15, 0, 412_000, tzinfo=UTC)


def test_custom_fields_are_unwrapped():
    company = told("organization_change")

    assert company.fields["tc2_status"] == "trial"
    assert company.fields["price_plan"] == "payg"
    assert company.parents["support_person"] == "24007"
    assert company.hub_ids == (417,)


@pytest.mark.parametrize("entity", ["organization", "person", "deal", "pipeline"])
def test_a_deletion_needs_no_data(entity):
    gone = told(f"{entity}_delete")

    assert gone.deleted
    assert gone.modified_at is not None
    assert gone.modified_at.microsecond == 0


def test_a_merge_is_told_from_both_sides():
    assert told("organization_merged_away").merged_into == "5012"
    survivor = told("organization_merge_survivor")
    assert survivor.merged_from == ("5013",)
    assert survivor.hub_ids == (417, 522)
    assert survivor.hub_id_text == "417, 522"


def test_a_person_that_left_its_organization_says_so():
    contact = told("person_change")

    assert contact.parents == {"company": None}
    assert contact.fields["phone"] == ""


def test_a_new_deal_without_update_time_is_as_old_as_itself():
    assert told("deal_create").modified_at == datetime(2026, 3, 2, 9, 15, 8, tzinfo=UTC)


def test_a_won_deal():
    deal = told("deal_change")

    assert deal.fields["status"] == "won"
    assert deal.parents["stage"] == "33"
    assert deal.hub_ids == (77,)


def test_pipelines_and_stages_come_in_the_words_of_version_1():
    assert told("pipeline_change").fields == {"name": "Pay as you go"}
    assert told("stage_create").fields == {"name": "Contact made", "position": 2}


def test_a_moved_activity_has_its_times_in_objects():
    meeting = told("activity_change")

    assert meeting.fields["starts_at"] == datetime(2026, 3, 6, 15, 0, tzinfo=UTC)
    assert meeting.fields["ends_at"] == datetime(2026, 3, 6, 15, 30, tzinfo=UTC)


def test_a_deactivated_user_stays_and_becomes_inactive():
    user = told("user_change")

    assert user.fields["is_active"] is False
    assert user.remote_id == "24007"
    assert not user.deleted
    assert user.event_at == datetime.fromtimestamp(1772700000, UTC)


def test_a_deleted_user_becomes_inactive():
    (user,) = changed("user_change", action="delete").records

    assert (user.fields, user.deleted) == ({"is_active": False}, False)


@pytest.mark.parametrize(("old", "new"), [("added", "create"), ("updated", "change")])
def test_the_words_of_version_1_mean_the_same(old, new):
    assert changed("deal_change", action=old).action == new


@pytest.mark.parametrize("meta", [{"entity": "note"}, {"action": "merged"}, {"action": None}])
def test_what_hermes_does_not_follow_is_ignored_with_a_reason(meta):
    reading = changed("deal_change", **meta)

    assert reading.records == []
    assert reading.ignored


@pytest.mark.parametrize("at", [None, "soon", {}, [], 10**30, True])
def test_an_event_without_a_time_is_ordered_by_its_record(at):
    (deal,) = changed("deal_change", timestamp=at).records

    assert deal.event_at is None
    assert deal.modified_at == datetime(2026, 3, 9, 13, 30, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    "unusable",
    [
        b"", b"no json", b"[]", b"null", b"{}", b'{"meta": []}', b"\xff\xfe", b"[" * 200_000,
        b'{"meta": {"entity": "deal", "action": "change"}}',
        b'{"meta": {"entity": "deal", "action": "change"}, "data": []}',
        b'{"meta": {"entity": "deal", "action": "change"}, "data": {"title": "x"}}',
        b'{"meta": {"entity": "deal", "action": "delete"}, "data": null}',
        b'{"meta": {"entity": null, "action": "change"}, "data": {"id": 1}}',
    ],
)  # fmt: skip
def test_what_nobody_could_read_is_rejected(unusable):
    with pytest.raises(Rejected):
        read(unusable, KEYS)


def test_a_delivery_without_an_id_in_its_data_takes_that_of_its_meta():
    held = event("organization_change")
    del held["data"]["id"]

    (company,) = read(json.dumps(held).encode(), KEYS).records

    assert company.remote_id == "5012"


@pytest.mark.parametrize("name", ["deal_change", "organization_delete", "user_change"])
def test_a_message_that_names_two_records_is_rejected(name):
    with pytest.raises(Rejected, match="names '999', and the record that came is"):
        changed(name, entity_id="999")


def test_a_message_of_another_account_is_never_applied():
    with pytest.raises(Misconfigured, match="account 990011, and Hermes is set up for account 5"):
        read(body("deal_change"), KEYS, "5")

    assert read(body("deal_change"), KEYS, "990011").records
    assert read(body("deal_change"), KEYS, "").records
