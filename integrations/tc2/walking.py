"""Going through a list that is numbered by page and may change meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .client import Listed

#: Ids that are handed on together: a walk that was cut off goes on after them.
TOGETHER = 10

#: The place where a walk begins.
START = (1, 0, 0)

#: Ids that a page has when it is full.
PAGE = 100


def walk(ask: Callable[[int], Listed], token: str = "") -> Iterator[tuple[list[str], str]]:
    """Ids some at a time, and the place after them; the last place is empty.

    The newest come first, so what is new meanwhile moves the others on, and they are met
    twice; what is deleted moves them back, and the page before is looked at again.

    Args:
        token: A place that an earlier walk had come to: page, ids of it that were handed on,
            and how many there were in all.
    """
    place = [int(part) for part in token.split(":") if part]
    page, done, count = [*place, *START[len(place) :]]
    met: set[str] = set()
    while True:
        listed = ask(page)
        if (page > 1 or done) and listed.count < count:
            page, done = max(1, page - 1 - (count - listed.count) // PAGE), 0
            count = listed.count
            continue
        count = listed.count
        while done < len(listed.ids):
            ids = [pk for pk in listed.ids[done : done + TOGETHER] if pk not in met]
            done += TOGETHER
            is_end = listed.is_last and done >= len(listed.ids)
            met.update(ids)
            yield ids, "" if is_end else f"{page}:{done}:{count}"
        if listed.is_last:
            return
        page, done = page + 1, 0
