"""The time that the simulated systems believe in."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """Real time, plus an offset; or a fixed instant while it is frozen.

    Threads that wait for an instant register with ``on_move`` and look again when the
    clock jumps.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offset = 0.0
        self._frozen_at: float | None = None
        self._listeners: list[Callable[[], None]] = []

    def time(self) -> float:
        """Seconds since the epoch."""
        with self._lock:
            return self._time()

    def _time(self) -> float:
        return time.time() + self._offset if self._frozen_at is None else self._frozen_at

    def now(self) -> datetime:
        """The same, as an aware datetime in UTC."""
        return datetime.fromtimestamp(self.time(), UTC)

    @property
    def offset_seconds(self) -> float:
        """How far this clock is ahead of the real one."""
        return self.time() - time.time()

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        return self._frozen_at is not None

    def advance(self, seconds: float) -> None:
        """Jump; backwards too, for a clock that is off."""
        with self._lock:
            if self._frozen_at is None:
                self._offset += seconds
            else:
                self._frozen_at += seconds
        self._tell()

    def set(self, moment: datetime) -> None:
        """Jump to an aware datetime."""
        self.advance(moment.timestamp() - self.time())

    def freeze(self) -> None:
        """Stand still; ``advance`` and ``set`` still move it."""
        with self._lock:
            self._frozen_at = self._time()
        self._tell()

    def run(self) -> None:
        """Go on from where it was frozen."""
        with self._lock:
            if self._frozen_at is not None:
                self._offset = self._frozen_at - time.time()
            self._frozen_at = None
        self._tell()

    def reset(self) -> None:
        """Real time again."""
        with self._lock:
            self._offset, self._frozen_at = 0.0, None
        self._tell()

    def on_move(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after each jump."""
        self._listeners.append(listener)

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC with one-second resolution."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp_with_milliseconds(moment: datetime) -> str:
    """RFC 3339 in UTC with three decimals."""
    whole = moment.astimezone(UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{whole.microsecond // 1000:03d}Z"


def stamp_with_microseconds(moment: datetime) -> str:
    """RFC 3339 in UTC with six decimals."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
