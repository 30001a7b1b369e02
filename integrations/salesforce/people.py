"""Borrowers and co-borrowers to neutral records. Pure, as the loans'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from integrations.sync import phone_numbers
from integrations.sync.records import RemoteRecord

from . import values
from .ids import whole_id
from .names import NAME_PARTS
from .rows import Draft, HowToRead, as_text, row_id, stamp_of
from .schemas import COBORROWER, NAME

#: A name of which a part is not shown is no name.
WHOLE_NAME = {"first_name", "last_name"}


def contact(row: Mapping[str, Any], how: HowToRead) -> list[RemoteRecord]:
    """A borrower, and the co-borrower whose data is kept with the borrower's.

    Raises:
        Rejected: It has no id.
    """
    draft = Draft()
    # What we may not see is not empty for all that: it is left as it is.
    if "Name" in row:
        draft.take("name", row["Name"] or row.get("Email"), values.text)
    if "Email" in row:
        draft.take("email", row["Email"], values.text)
    if "Phone" in row and (row["Phone"] or "MobilePhone" in row):
        draft.take("phone", row["Phone"] or row["MobilePhone"], values.text)
    draft.take_details(row, how.details.get("contact", {}))
    borrower = replace(_person(row_id(row), row, draft), remote_state=_as_kept_there(row))
    other = _coborrower(row, how, borrower)
    return [borrower, other] if other else [borrower]


def _person(pk: str, row: Mapping[str, Any], draft: Draft) -> RemoteRecord:
    return RemoteRecord(
        system=NAME,
        kind="contact",
        remote_id=pk,
        fields=draft.fields,
        when_new={"role": "borrower"},
        modified_at=stamp_of(row, draft),
        problems=tuple(draft.problems),
    )


def _as_kept_there(row: Mapping[str, Any]) -> dict[str, str]:
    """The parts of the name, and the field of the phone, for when they are written."""
    parts = {part: as_text(row.get(name)) for part, name in NAME_PARTS.items()}
    only_mobile = row.get("MobilePhone") and not row.get("Phone")
    return parts | {"phone_in": "MobilePhone" if only_mobile else "Phone"}


def _coborrower(
    row: Mapping[str, Any], how: HowToRead, borrower: RemoteRecord
) -> RemoteRecord | None:
    """Somebody of their own, who can be reached; None for the borrower once more."""
    parts = {part: as_text(row[name]) for part, name in how.coborrower.items() if name in row}
    email, phone = parts.get("email", ""), parts.get("phone", "")
    if not (email or phone):
        return None
    name = " ".join(filter(None, [parts.get("first_name"), parts.get("last_name")]))
    if _is_one(borrower, name, email, phone):
        return None
    draft = Draft({part: parts[part] for part in ("email", "phone") if part in parts})
    for field_name in how.coborrower.values():
        draft.judge(row.get(field_name), values.text, field_name)
    if parts.keys() >= how.coborrower.keys() & WHOLE_NAME:
        # Somebody has to be called something, here and in Pipedrive.
        draft.fields["name"] = name or email or phone
    return _person(borrower.remote_id + COBORROWER, row, draft)


def _is_one(borrower: RemoteRecord, name: str, email: str, phone: str) -> bool:
    """Whether these are the borrower's own: couples share an address, but have two names."""
    theirs = borrower.fields
    same_address = values.folded(email) == values.folded(theirs.get("email"))
    if name:
        same_name = values.folded(name) == values.folded(theirs.get("name"))
        return same_name and (same_address or not email)
    return same_address if email else phone_numbers.are_one(phone, as_text(theirs.get("phone")))


def merged(row: Mapping[str, Any]) -> RemoteRecord:
    """A contact that became part of another there."""
    winner = whole_id(row.get("MasterRecordId"))
    return RemoteRecord(
        NAME, "contact", row_id(row), modified_at=stamp_of(row, Draft()), deleted=True,
        merged_into=winner,
    )  # fmt: skip
