"""What travels between TC2 and Hermes: fields, who owns them, and the actions that we follow."""

from __future__ import annotations

from integrations.sync.system import FieldRule, Policy, SpokeKind

NAME = "tc2"

#: The longest name that is taken over.
LONGEST_NAME = 255

#: Hub field -> key of the agency. Dates and the click id stay when TC2 has none.
AGENCY_TEXTS = {"tc2_status": "status", "website": "website", "gclid": "gclid"}
AGENCY_DATES = {
    "signed_up_at": "created",
    "pay0_at": "pay0_dt",
    "pay1_at": "pay1_dt",
    "pay3_at": "pay3_dt",
    "card_saved_at": "card_saved_dt",
    "email_confirmed_at": "email_confirmed_dt",
    "gclid_expires_at": "gclid_expiry_dt",
}

#: Hub field -> machine name of the client's custom field.
CUSTOM_FIELDS = {
    "utm_source": "utm_source",
    "utm_campaign": "utm_campaign",
    "estimated_income": "estimated_monthly_income",
    "currency": "currency",
}

#: Hub foreign key -> key of the client.
PEOPLE = {
    "sales_person": "sales_person",
    "support_person": "associated_admin",
    "bdr_person": "bdr_person",
}

#: TC2 has the last word.
THEIRS = FieldRule(policy=Policy.REMOTE, push=False)

#: TC2 has the last word where it has one at all.
THEIRS_IF_ANY = FieldRule(policy=Policy.REMOTE_UNLESS_EMPTY, push=False)

#: The sales team's from the day on which it has a value.
OURS = FieldRule(policy=Policy.ONLY_WHILE_EMPTY, push=False)

SPOKE_KINDS = {
    "team_member": SpokeKind(
        fields={"email": FieldRule(policy=Policy.HUB, push=False)}, push=False, create=False
    ),
    "company": SpokeKind(
        fields={
            **dict.fromkeys(["name", "website", "country", *PEOPLE], OURS),
            **dict.fromkeys(
                [
                    "tc2_status", "price_plan", "paid_invoice_count", "narc", "has_signed_up",
                    "signup_questionnaire",
                ],
                THEIRS,
            ),
            **dict.fromkeys(["gclid", *AGENCY_DATES, *CUSTOM_FIELDS], THEIRS_IF_ANY),
        },
        push=False,
        awaits=("sales_person",),
        guess=False,
        deletion_spreads=False,
    ),
    "contact": SpokeKind(
        fields=dict.fromkeys(["name", "company", "email", "phone"], OURS),
        push=False,
        needs_parent="company",
        guess=False,
        deleted_with="company",
        deletion_spreads=False,
    ),
}  # fmt: skip

#: Actions that change nothing that we keep.
WITHOUT_NEWS = {
    "AGREE_TERMS": "Agreed to terms",
    "RECORDED_TERMS_CONSENT": "Agreed to terms",
}
DELETED = "DELETED_A_CLIENT"
