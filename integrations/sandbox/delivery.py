"""One delivery, and what a system has to say about those it sends."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Protocol


@dataclass
class Delivery:
    """One event on its way to one webhook."""

    number: int
    webhook_id: int
    url: str
    entity: str
    entity_id: int
    action: str
    payload: dict
    at: str
    #: Deliveries that share a key arrive in order, as long as first attempts succeed.
    keys: list[str]
    #: pending, sending, retrying, delivered, failed, lost or dropped.
    state: str = "pending"
    #: Of the next try, from 1.
    attempt: int = 1
    due: float = 0.0
    #: What came of each try: at, attempt, status, error, milliseconds.
    tries: list[dict] = field(default_factory=list)

    def as_json(self) -> dict:
        """For the page."""
        return asdict(self)


@dataclass(frozen=True)
class Retries:
    """What a system makes of the answers it gets."""

    #: The waits before the second try, the third, and so on.
    after_seconds: tuple[int, ...]
    succeeded: Callable[[int], bool]
    #: Whether such an answer (None: there was none) is worth another try.
    worthwhile: Callable[[int | None], bool]
    #: Whether the body of a successful answer is what it must be.
    acknowledged: Callable[[str], bool] = lambda _answer: True


class Webhooks(Protocol):
    """Where deliveries go, by id; what a system does about those that fail."""

    def get(self, webhook_id: int) -> dict | None:
        """One of them; None: there is nowhere to send to."""

    def banned(self, webhook_id: int) -> bool:
        """Whether new events for it are lost at present."""

    def note_success(self, webhook_id: int, status: int) -> None:
        """A delivery arrived."""

    def note_failure(self, webhook_id: int, status: int | None, *, first_attempt: bool) -> None:
        """A try failed."""

    def letter(self, delivery: Delivery) -> dict:
        """What is posted: the ``data``, ``headers`` and ``auth`` of ``requests``."""
