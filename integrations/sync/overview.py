"""What a system's fields and statuses are to us: as the settings name them, and as it has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from .records import RemoteRecord


@dataclass(frozen=True)
class FieldLine:
    """One thing that is read, and where.

    Attributes:
        called: What it is to us.
        setting: What names its field; empty where that is not to be chosen.
        name: The field's name there; empty where none is named.
        label: What people call it there.
        problem: Why it cannot be read, or not as it should be.
        hub: Our field that takes it; empty for what no field of ours does.
        detail: Its name in the document of details, where it is in that.
    """

    called: str
    setting: str
    name: str
    label: str = ""
    type: str = ""
    problem: str = ""
    hub: str = ""
    detail: str = ""


@dataclass(frozen=True)
class FieldGroup:
    """All that is read for one kind of record."""

    kind: str
    title: str
    lines: Sequence[FieldLine]


@dataclass(frozen=True)
class StatusLine:
    """A status there. ``label`` is what people see of it."""

    value: str
    label: str


@dataclass(frozen=True)
class Overview:
    """One system's."""

    groups: Sequence[FieldGroup]
    statuses: Sequence[StatusLine] = ()


@dataclass(frozen=True)
class Sample:
    """A record there at this moment.

    Attributes:
        values: Kind to what stands in each field there, by the field's name.
        records: What we make of it.
    """

    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    records: Sequence[RemoteRecord] = ()


@dataclass(frozen=True)
class Looks:
    """How a system is looked at by somebody who waits for the page.

    Both raise a ``SyncError`` where the system cannot be asked, or the settings are nonsense.
    """

    overview: Callable[[], Overview]
    #: By the id of a record of the kind; empty records where it is not shown.
    sample: Callable[[str], Sample]
    kind: str
