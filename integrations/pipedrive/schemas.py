"""What travels between Hermes and Pipedrive: entities, fields, and how values read there."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from integrations.models import ExternalLink
from integrations.sync.field_rules import FieldRule, Policy
from integrations.sync.records import RemoteRecord
from integrations.sync.spoke_kinds import Derived, SpokeKind, Values, one_by_one
from meetings.invitations import title

from . import elsewhere, loan_details, participants
from .custom_fields import CUSTOM_FIELDS, NO_FIELDS, CustomField

NAME, LABEL = "pipedrive", "Pipedrive"

#: Pipedrive's word for each kind, and back.
ENTITIES = {
    "team_member": "user",
    "pipeline": "pipeline",
    "stage": "stage",
    "company": "organization",
    "contact": "person",
    "deal": "deal",
    "meeting": "activity",
}
KINDS = {entity: kind for kind, entity in ENTITIES.items()}

#: The longest text that a one-line field holds there.
LINE = 255


def cut(text: Any) -> Any:
    """A text as a one-line field holds it."""
    return text.strip()[:LINE].strip() if isinstance(text, str) else text


def day(text: Any) -> Any:
    """A time as a date field holds it."""
    return text[:10] if isinstance(text, str) else text


def minute(text: Any) -> Any:
    """A time as an activity holds it."""
    return text[:16] if isinstance(text, str) else text


def upper(text: Any) -> Any:
    return text.strip().upper() if isinstance(text, str) else text


def number(text: Any) -> Any:
    """A count as a text field holds it; none is zero."""
    return str(text) if text not in (None, "", 0, "0") else ""


def money(text: Any) -> Any:
    """An amount; Pipedrive says 0 for none."""
    return text if text not in ("0", "", None) else ""


def document(value: Any) -> Any:
    """A JSON document as a long text field holds it."""
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True, ensure_ascii=False) if value else ""
    return value


LINE_RULE = FieldRule(canonical=cut)
DAY_RULE = FieldRule(canonical=day)
MINUTE_RULE = FieldRule(canonical=minute)
PLAIN = FieldRule()
READ_ONLY = FieldRule(policy=Policy.REMOTE, push=False)

CANONICAL: dict[str, FieldRule] = {
    "paid_invoice_count": FieldRule(canonical=number),
    "signup_questionnaire": FieldRule(canonical=document),
}


#: What only TC2 can know: what stands here is sent again where somebody changed it there.
TOLD_BY_TC2 = {
    "tc2_status", "price_plan", "paid_invoice_count", "signup_questionnaire", "gclid",
    "gclid_expires_at", "pay0_at", "pay1_at", "pay3_at", "card_saved_at", "email_confirmed_at",
}  # fmt: skip


def _rule(name: str, custom: CustomField) -> FieldRule:
    rule = CANONICAL.get(name) or {"date": DAY_RULE, "varchar": LINE_RULE}.get(custom.type, PLAIN)
    return replace(rule, policy=Policy.ONLY_WHILE_EMPTY) if name in TOLD_BY_TC2 else rule


def _custom_rules(kind: str) -> dict[str, FieldRule]:
    return {
        name: _rule(name, custom)
        for name, custom in CUSTOM_FIELDS[kind].items()
        if name not in NO_FIELDS
    }


def _called(meeting: Any) -> dict[str, str]:
    """What an activity is called: as its guest knows it."""
    return {"subject": cut(title(meeting))}


def _is_meeting_wanted(meeting: Any) -> bool:
    return bool(meeting.status != "cancelled")


def _is_meeting_settled(meeting: Any) -> bool:
    """While it is not known whether a booked call is kept, nobody hears of it."""
    return not meeting.awaits_calendar


def _is_company_wanted(company: Any) -> bool:
    return not company.narc


def _is_their_company_wanted(record: Any) -> bool:
    """Nothing is made there of the people and deals of who is no real customer."""
    return record.company_id is None or _is_company_wanted(record.company)


def _came_from_elsewhere(kind: str) -> Callable[[Any], bool]:
    """Whether another system made a record of us: a person may have it in Pipedrive already."""

    def came(record: Any) -> bool:
        others = ExternalLink.objects.filter(kind=kind, record_id=record.pk).exclude(system=NAME)
        return others.exists()

    return came


#: On a deal's link: whether somebody put it away there.
ARCHIVED = "archived"


def _worked_on_there(deal: RemoteRecord) -> Collection[str]:
    """People move a deal; one that is at its end, or put away, stays as it is altogether."""
    ended = deal.fields.get("status", "open") != "open" or deal.remote_state.get(ARCHIVED)
    return SPOKE_KINDS["deal"].fields if ended else ("stage", "pipeline", "status")


def _why_put_away(deal: Any, link: ExternalLink) -> str:
    """A loan's deal that somebody archived there; what Salesforce says of it is no reason."""
    if not link.remote_state.get(ARCHIVED):
        return ""
    loans = ExternalLink.objects.filter(system=elsewhere.LOANS, kind="deal", record_id=deal.pk)
    back = "It is archived there, and nothing goes to it before it is back."
    return back if loans.exists() else ""


def _of_loans(kind: str) -> Derived:
    """What Salesforce says of a record beside its number there."""

    def values(records: Collection[Any]) -> Values:
        shown = elsewhere.values(kind, records)
        return {
            record.pk: shown.get(record.pk, {}) | loan_details.values(kind, record)
            for record in records
        }

    return replace(elsewhere.derived(kind), values=values, put_right=loan_details.put_right)


def _of_deals() -> Derived:
    """Beside that, the co-borrowers, as soon as both systems have them."""
    said = _of_loans("deal")
    both = (elsewhere.LOANS, NAME)

    def values(deals: Collection[Any]) -> Values:
        people = participants.values(deals)
        return {pk: {**own, **people.get(pk, {})} for pk, own in said.values(deals).items()}

    return replace(
        said,
        values=values,
        told_by_links={(system, "contact"): participants.deals_with for system in both},
        apart={participants.FIELD},
    )


SPOKE_KINDS = {
    "team_member": SpokeKind(
        fields={"name": READ_ONLY, "email": READ_ONLY, "is_active": READ_ONLY}, push=False
    ),
    "pipeline": SpokeKind(fields={"name": READ_ONLY}, push=False),
    "stage": SpokeKind(
        fields={"name": READ_ONLY, "position": READ_ONLY, "pipeline": READ_ONLY}, push=False
    ),
    "company": SpokeKind(
        fields={
            "name": LINE_RULE,
            "sales_person": PLAIN,
            "country": FieldRule(policy=Policy.REMOTE_UNLESS_EMPTY, push=False),
            **_custom_rules("company"),
        },
        look_first=_came_from_elsewhere("company"),
        wanted=_is_company_wanted,
        derived=elsewhere.derived("company"),
    ),
    "contact": SpokeKind(
        fields={"name": LINE_RULE, "company": PLAIN, "email": LINE_RULE, "phone": LINE_RULE},
        needs_parent="company",
        look_first=_came_from_elsewhere("contact"),
        wanted=_is_their_company_wanted,
        derived=_of_loans("contact"),
    ),
    "deal": SpokeKind(
        fields={
            "name": LINE_RULE,
            "status": PLAIN,
            "owner": PLAIN,
            "company": PLAIN,
            "contact": PLAIN,
            "pipeline": PLAIN,
            "stage": PLAIN,
            "value": FieldRule(canonical=money),
            "currency": FieldRule(canonical=upper),
            "probability": PLAIN,
            "expected_close_on": PLAIN,
            "lost_reason": LINE_RULE,
            "closed_at": READ_ONLY,
        },
        look_first=_came_from_elsewhere("deal"),
        wanted=_is_their_company_wanted,
        derived=_of_deals(),
        as_found=_worked_on_there,
        left_alone=_why_put_away,
    ),
    "meeting": SpokeKind(
        fields={
            "host": PLAIN,
            "company": PLAIN,
            "contact": PLAIN,
            "deal": PLAIN,
            "starts_at": MINUTE_RULE,
            "ends_at": MINUTE_RULE,
            "status": FieldRule(canonical=lambda status: status == "completed"),
        },
        create=False,
        wanted=_is_meeting_wanted,
        ready=_is_meeting_settled,
        derived=Derived(values=one_by_one(_called), links=()),
    ),
}

#: Hub field -> key of the deal's own, with how a value is written there.
DEAL_FIELDS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "name": ("title", cut),
    "status": ("status", str),
    "value": ("value", lambda amount: float(amount) if amount is not None else None),
    "currency": ("currency", lambda code: upper(code) or None),
    "probability": ("probability", lambda share: float(share) if share is not None else None),
    "expected_close_on": ("expected_close_date", lambda on: on.isoformat() if on else None),
    "lost_reason": ("lost_reason", lambda text: cut(text) or None),
}

#: Keys that Pipedrive lets a PATCH set to null; every other key is left out instead.
NULLABLE = {
    "company": set(),
    "contact": {"org_id"},
    "deal": {
        "org_id", "person_id", "value", "probability", "lost_reason", "expected_close_date",
    },
    "meeting": {"deal_id", "org_id"},
}  # fmt: skip


@dataclass(frozen=True)
class RemoteKey:
    """A custom field in this account: its 40-character key, and option ids by label."""

    key: str
    type: str
    options: Mapping[str, int]

    def label_of(self, option_id: Any) -> str | None:
        """The label of an option, or None for one that set-up has not seen."""
        return next(
            (label for label, pk in self.options.items() if str(pk) == str(option_id)), None
        )


#: Kind -> hub field -> its key in this account.
Keys = Mapping[str, Mapping[str, RemoteKey]]
