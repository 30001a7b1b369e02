"""How this Pipedrive behaves where real ones differ, or where trouble is wanted."""

from dataclasses import dataclass
from typing import ClassVar

from integrations.sandbox import switches


@dataclass
class Switches(switches.Switches):
    """All of them, at what a real account most likely does."""

    choices: ClassVar[dict[str, tuple]] = {
        "merge_text": ("joined", "survivor"),
        "merge_events": ("delete_first", "change_first"),
        "deleted_read_status": (200, 404, 410),
        "gone_status": (404, 410),
    }

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
