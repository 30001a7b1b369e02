"""What travels between Salesforce and Hermes, and who wins it.

Whether anything goes there is said by ``SALESFORCE_WRITE_ENABLED``, and then by staff.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

from integrations.sync.details import FIELD as DETAILS
from integrations.sync.field_rules import FieldRule, Policy
from integrations.sync.held_as import alike
from integrations.sync.names import are_alike
from integrations.sync.records import RemoteRecord
from integrations.sync.spoke_kinds import PartTitles, SpokeKind

from .whose import lets_go

NAME, LABEL = "salesforce", "Salesforce"

#: Behind a contact's id and a colon: the co-borrower that is kept on the contact.
PART = "co-borrower"

#: Behind a contact's id: not the contact, but the co-borrower that is kept on it.
COBORROWER = f":{PART}"

#: What becomes of a borrower's name, e-mail and phone after the contact was made.
PERSON_UPDATES = {
    "always": Policy.NEWEST,
    "create_only": Policy.ONLY_WHEN_NEW,
    "fill_blank": Policy.ONLY_WHILE_EMPTY,
}

#: On the link of a loan of which nothing more is taken.
FROZEN = "frozen"

#: On the link of a loan that is another officer's by now, where those stop.
ANOTHERS = "another's"


def _why_settled(deal: Any, link: Any) -> str:
    """Won, lost, archived by a person, or in a status that ends it; empty for none of these."""
    if deal.archived_at is not None:
        return "The deal is archived"
    if deal.status != "open":
        return f"The deal is {deal.status}"
    return "The loan came to its end in Salesforce" if link.remote_state.get(FROZEN) else ""


def _why_nothing_is_taken(deal: Any, link: Any) -> str:
    why = _why_settled(deal, link)
    return why and f"{why}, and nothing more is taken from the loan"


def _why_left_alone(deal: Any, link: Any) -> str:
    """Nothing is taken of another officer's loan where those stop, so nothing is sent blindly."""
    if lets_go() and link.remote_state.get(ANOTHERS):
        return "The loan is another officer's by now, and nothing more goes to it."
    why = _why_settled(deal, link)
    return why and f"{why}, and nothing more goes to the loan."


def _why_kept_there(contact: Any, link: Any) -> str:
    """A co-borrower is kept in fields of the borrower, which people there fill in."""
    if not str(link.remote_id).endswith(COBORROWER):
        return ""
    return "A co-borrower is kept on the borrower's contact there, and stays as people wrote."


def _unsaid(loan: RemoteRecord) -> set[str]:
    """A status that nobody mapped says nothing, and is not written over by what a deal has."""
    return {"stage", "status"} - loan.ours.keys() - loan.fields.keys()


def _is_another(record: RemoteRecord, link: Any) -> bool:
    """A co-borrower has no id, only a place on the borrower's contact."""
    was, now = link.snapshot, record.fields
    if record.kept_in == record.remote_id or not (was.get("name") and now.get("name")):
        return False
    told = [name for name in ("email", "phone") if name in now and (now[name] or was.get(name))]
    reached = told and alike(was.get(told[0]), now[told[0]])
    return not reached and not are_alike(was["name"], now["name"])


def _sends() -> bool:
    return bool(settings.SALESFORCE_WRITE_ENABLED)


def _fields(*names: str, push: bool, policy: Policy = Policy.NEWEST) -> dict[str, FieldRule]:
    return dict.fromkeys(names, FieldRule(policy=policy, push=push))


#: Salesforce's alone to say.
_DETAILS = {DETAILS: FieldRule(policy=Policy.REMOTE, push=False, by_name=True)}


def contact_kind() -> SpokeKind:
    """Borrowers and co-borrowers, as ``SALESFORCE_PERSON_UPDATE`` says."""
    policy = PERSON_UPDATES.get(settings.SALESFORCE_PERSON_UPDATE, Policy.NEWEST)
    # Who keeps ours whatever is changed there must not send it over what they changed.
    push = policy is Policy.NEWEST
    return SpokeKind(
        fields={**_fields("name", "email", "phone", push=push, policy=policy), **_DETAILS},
        push=push,
        sends=_sends,
        reads_first=True,
        left_alone=_why_kept_there,
        guess=False,
        archives=False,
        deletion_spreads=False,
        listed=False,
        create_there=False,
        deletes=False,
        merges=False,
        parts={PART: PartTitles("Co-borrowers", "Co-borrower of")},
        another=_is_another,
        edits_in_bursts=True,
    )


SPOKE_KINDS = {
    "contact": contact_kind(),
    "deal": SpokeKind(
        fields={
            **_fields("name", "status", "stage", "value", "expected_close_on", push=True),
            **_fields("pipeline", "currency", push=False),
            "contact": FieldRule(push=False, empties=False),
            **_DETAILS,
        },
        sends=_sends,
        reads_first=True,
        left_alone=_why_left_alone,
        as_found=_unsaid,
        archives=False,
        frozen=_why_nothing_is_taken,
        awaits=("pipeline", "stage"),
        edits_in_bursts=True,
        deletion_spreads=False,
        create_there=False,
        deletes=False,
        merges=False,
    ),
}
