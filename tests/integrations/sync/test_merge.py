"""Who wins a field: the three-way merge, value by value."""

from __future__ import annotations

import pytest

from integrations.sync.field_rules import FieldRule, Policy
from integrations.sync.merge import Match, Merged, merge_fields

RULES = {"name": FieldRule(policy=Policy.ONLY_WHILE_EMPTY, push=False)}


def merged(remote, hub, base=None, match=Match.LINK) -> Merged:
    """One field's merge; without ``base`` the two sides never met."""
    return merge_fields(
        {"name": remote},
        hub={"name": hub},
        base={} if base is None else {"name": base},
        rules=RULES,
        match=match,
        remote_is_newer=True,
    )


@pytest.mark.parametrize("ours", ["", None])
def test_a_field_that_is_ours_once_it_is_filled_takes_what_comes_while_it_is_empty(ours):
    assert merged("Quill", ours).take == {"name": "Quill"}
    assert merged("Quill", ours, base="").take == {"name": "Quill"}


def test_a_field_that_is_ours_once_it_is_filled_keeps_its_value_whatever_comes():
    untouched = merged("Quill & Co", "Quill", base="Quill")
    edited = merged("Quill & Co", "Quill Tutors", base="Quill")
    first_meeting = merged("Quill & Co", "Quill", match=Match.NATURAL)

    for each in [untouched, edited, first_meeting]:
        assert each.take == {}
        assert each.snapshot == {"name": "Quill & Co"}
        assert not each.owes


def test_a_field_that_a_person_emptied_is_not_filled_with_the_same_value_again():
    assert merged("Quill", "", base="Quill").take == {}


def test_keeping_what_nobody_changed_here_is_no_conflict():
    assert merged("Quill & Co", "Quill", base="Quill").conflicts == []
    assert len(merged("Quill & Co", "Quill Tutors", base="Quill").conflicts) == 1
