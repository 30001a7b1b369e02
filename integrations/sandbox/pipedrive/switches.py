"""How this Pipedrive behaves where real ones differ, or where trouble is wanted."""

from dataclasses import asdict, dataclass, fields


class WrongSwitch(ValueError):
    """No such switch, or a value that it cannot have."""


@dataclass
class Switches:
    """All of them, at what a real account most likely does."""

    #: A new or changed record is found by search after so many seconds.
    search_lag_seconds: float = 2.0
    #: Text custom fields after a merge: ``joined`` ("417, 522") or ``survivor``.
    merge_text: str = "joined"
    #: Which event of a merge goes out first: ``delete_first`` or ``change_first``.
    merge_events: str = "delete_first"
    #: Whether relinked persons, deals and activities get a change event each.
    merge_emits_relinked: bool = False
    #: What reading a deleted record answers: 200 (``is_deleted``), 404 or 410.
    deleted_read_status: int = 200
    #: What changing a deleted record, or reading a purged one, answers: 404 or 410.
    gone_status: int = 404
    #: New records say ``update_time: null`` until they are changed.
    update_time_null_on_create: bool = False
    #: The waits before retries are 3, 30 and 150 seconds times this.
    retry_scale: float = 1.0
    delivery_timeout_seconds: float = 10.0
    #: So many extra copies of each successful delivery.
    duplicate_deliveries: int = 0
    #: Events wait for ``reorder_window_seconds``, then leave last first.
    reorder_deliveries: bool = False
    reorder_window_seconds: float = 0.2
    #: Events vanish.
    drop_deliveries: bool = False
    #: Events wait until they are flushed, or until this is off again.
    hold_deliveries: bool = False

    def set(self, **values: object) -> None:
        """Change some.

        Raises:
            WrongSwitch: Nothing was changed.
        """
        for name, value in values.items():
            self._check(name, value)
        for name, value in values.items():
            setattr(self, name, value)

    def reset(self) -> None:
        """All back to their defaults."""
        for field in fields(self):
            setattr(self, field.name, field.default)

    def as_json(self) -> dict:
        """For the page."""
        return asdict(self)

    def _check(self, name: str, value: object) -> None:
        default = {field.name: field.default for field in fields(self)}.get(name)
        if default is None:
            raise WrongSwitch(f"{name} is no switch")
        wanted = (int, float) if isinstance(default, float) else (type(default),)
        if isinstance(value, bool) != isinstance(default, bool) or not isinstance(value, wanted):
            raise WrongSwitch(f"{name} must be like {default!r}")
        if name in _CHOICES and value not in _CHOICES[name]:
            raise WrongSwitch(f"{name} is one of {_CHOICES[name]}")
        if isinstance(value, int | float) and not 0 <= value <= 100_000:
            raise WrongSwitch(f"{name} is out of range")


_CHOICES = {
    "merge_text": ("joined", "survivor"),
    "merge_events": ("delete_first", "change_first"),
    "deleted_read_status": (200, 404, 410),
    "gone_status": (404, 410),
}
