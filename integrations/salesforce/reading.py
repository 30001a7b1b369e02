"""How this org's rows are read, by what it has and what the settings say."""

from __future__ import annotations

from django.conf import settings

from . import officers, stages
from .described import Schema
from .rows import HowToRead


def how_to_read(schema: Schema) -> HowToRead:
    """How the org's rows are read."""
    picked = {one["value"]: one.get("label") or one["value"] for one in schema.choices("status")}
    return HowToRead(
        fields={
            meaning: name for meaning in schema.names.fields if (name := schema.named(meaning))
        },
        borrower=schema.relationship("borrower"),
        coborrower=schema.names.coborrower,
        labels={value: str(label) for value, label in picked.items()},
        stages=stages.stages(),
        is_ours=officers.test(schema),
        title=settings.SALESFORCE_TITLE_TEMPLATE,
        currency=settings.SALESFORCE_CURRENCY,
        needs_borrower=settings.SALESFORCE_WITHOUT_BORROWER == "skip",
        details={kind: schema.details(kind) for kind in schema.names.details},
        clears_value=schema.names.clears_value,
    )
