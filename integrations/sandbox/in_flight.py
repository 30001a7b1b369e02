"""The calls that are being answered now."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class InFlight:
    """Counts them, so that a reset can wait for the last."""

    def __init__(self) -> None:
        self._ended = threading.Condition()
        self._count = 0

    @contextmanager
    def counted(self) -> Iterator[None]:
        """One call, from its first moment to its last."""
        with self._ended:
            self._count += 1
        try:
            yield
        finally:
            with self._ended:
                self._count -= 1
                self._ended.notify_all()

    def wait(self, seconds: float) -> None:
        """Until there is none.

        Raises:
            TimeoutError: One went on for longer than that.
        """
        with self._ended:
            if not self._ended.wait_for(lambda: not self._count, seconds):
                raise TimeoutError(f"A call is still answered after {seconds} seconds")
