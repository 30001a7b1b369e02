"""Things by the hundred."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in their order, so many at once at most."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
