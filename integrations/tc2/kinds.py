"""Which kinds of record travel between TC2 and Hermes, and who owns their fields."""

from __future__ import annotations

from integrations.sync.field_rules import FieldRule, Policy
from integrations.sync.spoke_kinds import Derived, SpokeKind, one_by_one

from . import crm
from .schemas import AGENCY_DATES, CRM, CUSTOM_FIELDS, NAME, PEOPLE

#: TC2 has the last word.
THEIRS = FieldRule(policy=Policy.REMOTE, push=False)

#: TC2 has the last word where it has one at all.
THEIRS_IF_ANY = FieldRule(policy=Policy.REMOTE_UNLESS_EMPTY, push=False)

#: The sales team's from the day on which it has a value.
OURS = FieldRule(policy=Policy.ONLY_WHILE_EMPTY, push=False)

#: Ours likewise, and TC2 is told.
OURS_AND_TOLD = FieldRule(policy=Policy.ONLY_WHILE_EMPTY)

SPOKE_KINDS = {
    "team_member": SpokeKind(
        fields=dict.fromkeys(["email", "name"], FieldRule(policy=Policy.HUB, push=False)),
        push=False,
        create=False,
        listed=False,
        readable=False,
    ),
    "company": SpokeKind(
        fields={
            **dict.fromkeys(["name", "website", "country"], OURS),
            **dict.fromkeys(PEOPLE, OURS_AND_TOLD),
            **dict.fromkeys(
                [
                    "tc2_status", "price_plan", "paid_invoice_count", "narc", "has_signed_up",
                    "signup_questionnaire",
                ],
                THEIRS,
            ),
            **dict.fromkeys(["gclid", *AGENCY_DATES, *CUSTOM_FIELDS], THEIRS_IF_ANY),
        },
        create_there=False,
        deletes=False,
        merges=False,
        awaits=("sales_person",),
        guess=False,
        deletion_spreads=False,
        derived=Derived(
            values=one_by_one(crm.shown),
            links={CRM, NAME},
            told_by={
                "deal": crm.companies_of_deals,
                "stage": crm.companies_at_stages,
                "pipeline": crm.companies_in_pipelines,
            },
        ),
    ),
    "contact": SpokeKind(
        fields=dict.fromkeys(["name", "company", "email", "phone"], OURS),
        push=False,
        needs_parent="company",
        guess=False,
        deleted_with="company",
        deletion_spreads=False,
        listed=False,
    ),
}  # fmt: skip
