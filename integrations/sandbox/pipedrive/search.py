"""Search: an index that lags behind, and the rules of who matches."""

from integrations.sandbox.clock import Clock
from integrations.sandbox.pipedrive import custom_fields
from integrations.sandbox.pipedrive.fields import Fields
from integrations.sandbox.pipedrive.switches import Switches
from integrations.sandbox.pipedrive.table import Row, Table

SEARCHED = ("organization", "person", "deal")
#: Entity to the names that ``fields=`` takes.
FIELDS = {
    "organization": ("name", "address", "notes", "custom_fields"),
    "person": ("name", "email", "phone", "notes", "custom_fields"),
    "deal": ("title", "notes", "custom_fields"),
}
TITLES = {"organization": "name", "person": "name", "deal": "title"}


class SearchIndex:
    """The text of each record as search knows it. The account's lock guards it.

    Only lower-case text per row: scanning 100,000 of them takes some milliseconds, and
    each candidate is then looked at in full.
    """

    def __init__(self, clock: Clock, switches: Switches, fields: Fields) -> None:
        self._clock, self._switches, self._fields = clock, switches, fields
        #: Texts that search does not know yet: when they become known, and for which row.
        self._late: dict[tuple[str, int], tuple[float, str]] = {}

    def clear(self) -> None:
        """Nothing is waiting."""
        self._late.clear()

    def index(self, table: Table, row: Row, record: dict) -> None:
        """Take a written record in, after the lag."""
        if table.entity in SEARCHED:
            due = self._clock.time() + self._switches.search_lag_seconds
            self._late[table.entity, row.id] = (due, self._text(table.entity, record))

    def index_at_once(self, table: Table, rows: list[Row]) -> None:
        """Take many in without lag: they are old."""
        if table.entity in SEARCHED:
            for row in rows:
                row.text = self._text(table.entity, row.record())

    def candidates(self, table: Table, term: str) -> list[Row]:
        """Living rows whose text has the term, in any case."""
        self._catch_up(table)
        needle = term.lower()
        return [row for row in table.rows.values() if needle in row.text and not row.deleted]

    def values(self, entity: str, record: dict, among: list[str]) -> list[tuple[str, str]]:
        """What can be searched for in these fields: field name and text."""
        found = []
        for name in among:
            found += [(name, text) for text in _built_in(record, name) if text]
            if name == "custom_fields":
                found += [(name, text) for text in self._custom_texts(entity, record)]
        return found

    def field_texts(self, entity: str, record: dict, code: str) -> list[str]:
        """The text of one field, built-in or custom."""
        if field := self._fields.custom(entity).get(code):
            value = record["custom_fields"].get(code)
            text = custom_fields.searchable_text(field["field_type"], value)
            return [] if text is None else [text]
        return _built_in(record, {"emails": "email", "phones": "phone"}.get(code, code))

    def _catch_up(self, table: Table) -> None:
        now = self._clock.time()
        due = [key for key, (at, _) in self._late.items() if at <= now]
        for entity, row_id in [key for key in due if key[0] == table.entity]:
            _, text = self._late.pop((entity, row_id))
            if row := table.rows.get(row_id):
                row.text = text

    def _text(self, entity: str, record: dict) -> str:
        texts = self.values(entity, record, list(FIELDS[entity]))
        return "\n".join(text for _, text in texts).lower()

    def _custom_texts(self, entity: str, record: dict) -> list[str]:
        known, texts = self._fields.custom(entity), []
        for code, value in record["custom_fields"].items():
            if code in known:
                kind = known[code]["field_type"]
                texts.append(custom_fields.searchable_text(kind, value))
        return [text for text in texts if text]


def _built_in(record: dict, name: str) -> list[str]:
    if name in ("email", "phone"):
        return [point["value"] for point in record[f"{name}s"]]
    if name == "address":
        address = record.get("address")
        return [address["value"]] if address else []
    value = record.get(name)
    return [value] if isinstance(value, str) else []
