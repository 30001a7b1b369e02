"""What staff said of one record in the systems, read at once for its page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from . import directions, links
from .directions import Said

#: Answers to whether it goes there, and (without one) numbers there that are not its.
_SAID = """
SELECT system, record_id, sends, '' FROM integrations_direction
WHERE kind = %s AND (record_id IS NULL OR record_id = %s)
UNION ALL
SELECT system, record_id, NULL, remote_id FROM (
    SELECT system, record_id, remote_id FROM integrations_keptapart
    WHERE kind = %s AND record_id = %s ORDER BY id) apart
"""


def of_record(kind: str, pk: int) -> tuple[Mapping[str, Said], Mapping[str, list[str]]]:
    """By system, whether its changes go there, and the numbers there that a person took from it."""
    answers: dict[tuple[str, int | None], bool] = {}
    apart: dict[str, list[str]] = defaultdict(list)
    for system, record_id, sends, remote_id in links.rows(_SAID, kind, pk, kind, pk):
        if sends is None:
            apart[system].append(remote_id)
        else:
            answers[system, record_id] = sends
    return directions.of_record(kind, pk, answers), apart
