"""Reading a list page by page, the next page on its way while this one is worked on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Answer = TypeVar("Answer")


def read_ahead(
    ask: Callable[[str], Answer], token: str, next_token: Callable[[Answer], str]
) -> Iterator[Answer]:
    """The answers from this token on, until one names no next token.

    A remote answers while the database writes: without this each waits for the other.

    Args:
        ask: Fetches one page. Called in a thread of its own, so it must not use the
            database.
    """
    with ThreadPoolExecutor(1, "read-ahead") as reader:
        answer = ask(token)
        while token := next_token(answer):
            coming = reader.submit(ask, token)
            yield answer
            answer = coming.result()
        yield answer
