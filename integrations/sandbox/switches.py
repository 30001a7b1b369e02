"""How a system delivers its webhooks, and how its switches are set."""

from dataclasses import asdict, dataclass, fields
from typing import ClassVar


class WrongSwitch(ValueError):
    """No such switch, or a value that it cannot have."""


@dataclass
class Switches:
    """Those of every system; each adds its own."""

    #: Switch to the only values that it may have.
    choices: ClassVar[dict[str, tuple]] = {}

    #: The waits before retries are the system's own times this.
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
        if name in self.choices and value not in self.choices[name]:
            raise WrongSwitch(f"{name} is one of {self.choices[name]}")
        if isinstance(value, int | float) and not 0 <= value <= 100_000:
            raise WrongSwitch(f"{name} is out of range")
