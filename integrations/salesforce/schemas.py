"""What travels between Salesforce and Hermes, and who wins it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from integrations.sync.field_rules import FieldRule, Policy
from integrations.sync.held_as import alike
from integrations.sync.names import are_alike
from integrations.sync.records import RemoteRecord
from integrations.sync.spoke_kinds import SpokeKind

NAME = "salesforce"

#: What becomes of a borrower's name, e-mail and phone after the contact was made.
PERSON_UPDATES = {
    "always": Policy.NEWEST,
    "create_only": Policy.ONLY_WHEN_NEW,
    "fill_blank": Policy.ONLY_WHILE_EMPTY,
}

#: On the link of a loan of which nothing more is taken.
FROZEN = "frozen"


def _is_settled(deal: Any, link: Any) -> bool:
    """Won, lost, archived by a person, or in a status that ends it."""
    ended = deal.status != "open" or deal.archived_at is not None
    return ended or bool(link.remote_state.get(FROZEN))


def _is_another(record: RemoteRecord, link: Any) -> bool:
    """A co-borrower has no id, only a place on the borrower's contact."""
    was, now = link.snapshot, record.fields
    if record.kept_in == record.remote_id or not (was.get("name") and now.get("name")):
        return False
    told = [name for name in ("email", "phone") if name in now and (now[name] or was.get(name))]
    reached = told and alike(was.get(told[0]), now[told[0]])
    return not reached and not are_alike(was["name"], now["name"])


def _read_only(*names: str, policy: Policy = Policy.NEWEST) -> Mapping[str, FieldRule]:
    return dict.fromkeys(names, FieldRule(policy=policy, push=False))


_PERSON = PERSON_UPDATES.get(settings.SALESFORCE_PERSON_UPDATE, Policy.NEWEST)

SPOKE_KINDS = {
    "contact": SpokeKind(
        fields=_read_only("name", "email", "phone", policy=_PERSON),
        push=False,
        guess=False,
        archives=False,
        deletion_spreads=False,
        listed=False,
        create_there=False,
        deletes=False,
        merges=False,
        another=_is_another,
        edits_in_bursts=True,
    ),
    "deal": SpokeKind(
        fields=_read_only(
            "name", "status", "contact", "pipeline", "stage", "value", "currency",
            "expected_close_on",
        ),
        push=False,
        archives=False,
        frozen=_is_settled,
        awaits=("pipeline", "stage"),
        edits_in_bursts=True,
        deletion_spreads=False,
        create_there=False,
        deletes=False,
        merges=False,
    ),
}  # fmt: skip
