"""How new a message is, by the clocks that a link keeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from integrations.models import ExternalLink

from .records import RemoteRecord

#: When a link was last heard of.
CLOCKS = ["modified_at", "event_at", "pulled_at"]

#: What a batch may change of a link.
LINK_COLUMNS = [
    "record_id", "state", "snapshot", "remote_state", *CLOCKS, "other_id", "deleted_here",
]  # fmt: skip

#: The remote's clock may be ahead of ours by so much. What it dates later than that is wrong.
SKEW = timedelta(minutes=1)

#: No answer of a remote is behind what it told us of by so much.
BEHIND = timedelta(minutes=5)


def by_our_clock(records: Iterable[RemoteRecord], now: datetime) -> list[RemoteRecord]:
    """The records in their order, none newer than when we heard of it.

    A date in the future would make stale what follows; and a message that is applied once
    more is as old as it was. What a wrong clock dated of one record is still in that
    clock's order: the times at which we heard of it are given out anew.
    """
    told = list(records)
    wrong: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, record in enumerate(told):
        heard_at = record.heard_at or now
        if _is_wrong(record.event_at or record.modified_at, heard_at):
            wrong[record.key].append(place)
        elif _is_wrong(record.modified_at, heard_at):
            told[place] = _no_later(record, record.event_at or heard_at)
    for places in wrong.values():
        in_turn = _in_turn([told[place] for place in places], now)
        for place, record in zip(places, in_turn, strict=True):
            told[place] = record
    return told


def _in_turn(records: list[RemoteRecord], now: datetime) -> list[RemoteRecord]:
    times = sorted(record.heard_at or now for record in records)
    ordered = sorted(records, key=lambda record: record.order)
    return [_no_later(record, at) for record, at in zip(ordered, times, strict=True)]


def _no_later(record: RemoteRecord, at: datetime) -> RemoteRecord:
    """A record's own time is compared with whole seconds, so it has no fraction either."""
    whole = at.replace(microsecond=0)
    return replace(
        record,
        event_at=record.event_at and min(record.event_at, at),
        modified_at=record.modified_at and min(record.modified_at, whole),
    )


def forget_future(links: Iterable[ExternalLink], now: datetime) -> None:
    """A link that is ahead of the clock knows no time: the next message is believed."""
    for link in links:
        if _is_wrong(link.event_at, now):
            link.event_at = None
        if _is_wrong(link.modified_at, now):
            link.modified_at = None


def _is_wrong(at: datetime | None, now: datetime) -> bool:
    return at is not None and at > now + SKEW


def is_stale(record: RemoteRecord, link: ExternalLink) -> bool:
    """Older than what was applied already.

    Deliveries are ordered by when they were sent; a record that was read is compared
    by its own time of change, which may be the same second and yet newer.
    """
    if record.event_at and link.event_at:
        return record.event_at < link.event_at
    return bool(record.modified_at and link.modified_at and record.modified_at < link.modified_at)


def is_what_is_there(record: RemoteRecord, link: ExternalLink) -> bool:
    """Whether it was read so long after all that we heard that its date does not matter.

    What a message said that was dated too late would stand for ever otherwise.
    """
    heard = latest(link.pulled_at, link.pushed_at)
    if record.event_at or record.heard_at is None or heard is None:
        return False
    return record.heard_at > heard + BEHIND


def is_newer(record: RemoteRecord, target: Any) -> bool:
    at = record.event_at or record.modified_at
    return at is None or at >= target.updated_at


def says_otherwise(record: RemoteRecord, link: ExternalLink) -> dict[str, bool]:
    """Of what a table of ours says of a record: whether that of which it does changed there.

    Our record's own time says nothing of it, as any edit moves that. Where the two have just
    met, nothing has changed so far.
    """
    return dict.fromkeys(record.ours, bool(link.remote_state) and is_in_another_state(record, link))


def is_in_another_state(record: RemoteRecord, link: ExternalLink) -> bool:
    """Whether its system says something else of it beside its fields."""
    return any(link.remote_state.get(k) != v for k, v in record.remote_state.items())


def is_ahead(record: RemoteRecord, link: ExternalLink) -> bool:
    """Whether the message is newer than all that was applied."""
    return any(
        theirs is not None and (ours is None or theirs > ours)
        for theirs, ours in [
            (record.modified_at, link.modified_at),
            (record.event_at, link.event_at),
        ]
    )


def advance(link: ExternalLink, record: RemoteRecord, now: datetime) -> None:
    """Set the link's clocks to the message's, never back."""
    link.modified_at = latest(link.modified_at, record.modified_at)
    read_at = record.modified_at and end_of_second(record.modified_at)
    link.event_at = latest(link.event_at, record.event_at or read_at)
    link.pulled_at = now


def end_of_second(at: datetime) -> datetime:
    """A record that was read has all of the second in which it was changed, for all we know."""
    return at.replace(microsecond=999_999)


def was_read_last(link: ExternalLink) -> bool:
    """Whether the newest that was applied was read, and told by no message."""
    return link.modified_at is not None and link.event_at == end_of_second(link.modified_at)


def latest(*times: datetime | None) -> datetime | None:
    return max((at for at in times if at is not None), default=None)


def must_rewrite_hub_id(link: ExternalLink) -> bool:
    """A merge there joined two ids, or a copy took over its original's."""
    held = link.snapshot.get("hub_id", "")
    return bool(held) and held != str(link.record_id)
