"""The page of workflows names tests that are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "workflows.md"

#: Where a test is, as the foot of the page has it.
PLACE = re.compile(r"^\[(\w+)\]: (\S+)$", re.MULTILINE)

NAMED = re.compile(r"\[`(test_\w+)`\]\[(\w+)\]")


def functions(place: str) -> set[str]:
    """The names of a file's functions."""
    tree = ast.parse((PAGE.parent / place).read_text())
    return {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}


def test_every_test_that_the_page_of_workflows_names_exists():
    text = PAGE.read_text()
    known = {key: functions(place) for key, place in PLACE.findall(text)}

    missing = [(name, key) for name, key in NAMED.findall(text) if name not in known.get(key, ())]

    assert missing == []
    assert {key for _, key in NAMED.findall(text)} == set(known)


def test_every_line_of_the_page_of_workflows_has_a_test():
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    told = [row for row in rows if not row.startswith("| ---") and not row.endswith("| tests |")]

    assert told
    assert [row for row in told if not NAMED.search(row)] == []
