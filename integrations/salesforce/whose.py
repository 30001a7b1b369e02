"""Whose loans are ours, as the settings name them."""

from __future__ import annotations

from django.conf import settings

from .ids import whole_id
from .names import several


def officer_names() -> list[str]:
    """By name, each run of blanks as one: Salesforce minds them."""
    return [" ".join(name.split()) for name in several(settings.SALESFORCE_LOAN_OFFICER)]


def officer_ids() -> list[str]:
    """By the id of their user."""
    return [
        pk for text in several(settings.SALESFORCE_LOAN_OFFICER_USER_ID) if (pk := whole_id(text))
    ]


def lets_go() -> bool:
    """Whether loans that we have stop here when they are another officer's."""
    return bool(settings.SALESFORCE_LOAN_OFFICER_CHANGE_POLICY == "stop")
