"""Fields: those every account has, and those that somebody added."""

import json
import secrets

from integrations.sandbox.journal import Journal
from integrations.sandbox.pipedrive import checks, custom_fields
from integrations.sandbox.pipedrive.custom_fields import FIELD_TYPES, POINTERS
from integrations.sandbox.pipedrive.errors import ApiError, invalid, not_found
from integrations.sandbox.pipedrive.table import Table
from integrations.sandbox.routing import dump

ENTITIES = ("organization", "person", "deal")
_FIRST_OPTION_ID = 62

_COMMON = {
    "id": ("ID", "int"),
    "owner_id": ("Owner", "user"),
    "add_time": ("Created", "date"),
    "update_time": ("Updated", "date"),
    "visible_to": ("Visible to", "visible_to"),
    "label_ids": ("Labels", "set"),
}
_SYSTEM: dict[str, dict[str, tuple[str, str]]] = {
    "organization": {"name": ("Name", "varchar"), "address": ("Address", "address")},
    "person": {
        "name": ("Name", "varchar"),
        "org_id": ("Organization", "org"),
        "emails": ("Email", "varchar"),
        "phones": ("Phone", "phone"),
    },
    "deal": {
        "title": ("Title", "varchar"),
        "value": ("Value", "monetary"),
        "org_id": ("Organization", "org"),
        "person_id": ("Person", "people"),
        "pipeline_id": ("Pipeline", "double"),
        "stage_id": ("Stage", "stage"),
        "status": ("Status", "status"),
        "lost_reason": ("Lost reason", "varchar_auto"),
        "expected_close_date": ("Expected close date", "date"),
    },
}
_options = checks.list_of(checks.fields({"label": checks.filled_text}, ("label",)))


def _object(value: object) -> str | None:
    return None if isinstance(value, dict) else "must be an object"


_LAYOUT = dict.fromkeys(("ui_visibility", "important_fields", "required_fields"), _object)
_BODY = {"field_name": checks.filled_text, "description": checks.text, **_LAYOUT}
_creation = checks.fields(
    _BODY | {"field_type": checks.one_of(*FIELD_TYPES), "options": _options},
    ("field_name", "field_type"),
)
_change = checks.fields(_BODY)


def _field(code: str, name: str, kind: str, *, custom: bool) -> dict:
    return {
        "field_name": name,
        "field_code": code,
        "field_type": kind,
        "options": None,
        "subfields": None,
        "is_custom_field": custom,
        "is_optional_response_field": False,
    }


class Fields:
    """The fields of organizations, persons and deals. The account's lock guards it."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.clear()

    def clear(self) -> None:
        """No custom fields."""
        self._custom: dict[str, dict[str, dict]] = {entity: {} for entity in ENTITIES}
        self._next_option_id = _FIRST_OPTION_ID

    def load(self) -> None:
        """Take over what the journal has, in the order of creation."""
        stored = [json.loads(body) for _, body in self._journal.read("field")]
        for one in sorted(stored, key=lambda one: one["position"]):
            field = one["field"]
            self._custom[one["entity"]][field["field_code"]] = field
            ids = [option["id"] + 1 for option in field["options"] or []]
            self._next_option_id = max(self._next_option_id, one["next_option_id"], *ids)

    def custom(self, entity: str) -> dict[str, dict]:
        """Custom fields by code; none for entities that cannot have any."""
        return self._custom.get(entity, {})

    def all(self, entity: str) -> list[dict]:
        """System fields first."""
        system = (_SYSTEM[entity] | _COMMON).items()
        listed = [_field(code, *about, custom=False) for code, about in system]
        return listed + list(self._custom[entity].values())

    def get(self, entity: str, code: str) -> dict:
        """One field.

        Raises:
            ApiError: There is none.
        """
        for field in self.all(entity):
            if field["field_code"] == code:
                return field
        raise not_found("field")

    def create(self, entity: str, body: object, key: str = "") -> dict:
        """Add a custom field, under a new key if none is given."""
        _refuse(_creation(body))
        kind, options = body["field_type"], body.get("options")
        if (kind in ("enum", "set")) != (options is not None):
            raise invalid("options", "are for enum and set, which need them")
        field = _field(key or secrets.token_hex(20), body["field_name"], kind, custom=True)
        if options is not None:
            field["options"] = self._new_options(options)
        self._custom[entity][field["field_code"]] = field
        self._keep(entity, field)
        return field

    def change(self, entity: str, code: str, body: object) -> dict:
        """Rename a custom field."""
        field = self._changeable(entity, code)
        _refuse(_change(body))
        field["field_name"] = body.get("field_name", field["field_name"])
        self._keep(entity, field)
        return field

    def delete(self, entity: str, code: str) -> dict:
        """Remove a custom field; its values are the caller's to remove."""
        field = self._changeable(entity, code)
        del self._custom[entity][code]
        self._journal.delete("field", code)
        return field

    def change_options(self, entity: str, code: str, method: str, body: object) -> list[dict]:
        """POST adds, PATCH renames and DELETE removes options: all of them or none."""
        field = self._changeable(entity, code)
        if field["options"] is None:
            raise invalid("field_code", "the field has no options")
        touched = {"POST": self._add, "PATCH": _rename, "DELETE": _remove}[method](field, body)
        self._keep(entity, field)
        return [{"id": option["id"], "label": option["label"]} for option in touched]

    def check_values(self, entity: str, given: dict, tables: dict[str, Table]) -> None:
        """Refuse values that their fields do not take.

        Raises:
            ApiError: Says which field.
        """
        for code, value in given.items():
            field = self._custom[entity].get(code)
            if field is None:
                raise invalid(f"custom_fields: {code}", "is not a known field")
            reason = custom_fields.refusal(field, value)
            target = POINTERS.get(field["field_type"])
            if not reason and target and value is not None and value not in tables[target].rows:
                reason = f"{target} {value} does not exist"
            if reason:
                raise invalid(f"custom_fields: {code}", reason)

    def _changeable(self, entity: str, code: str) -> dict:
        if not self.get(entity, code)["is_custom_field"]:
            raise ApiError(403, "A system field cannot be changed")
        return self._custom[entity][code]

    def _add(self, field: dict, body: object) -> list[dict]:
        _refuse(_options(body) or ("must not be empty" if not body else None))
        added = self._new_options(body)
        field["options"] = field["options"] + added
        return added

    def _new_options(self, options: list[dict]) -> list[dict]:
        first = self._next_option_id
        self._next_option_id += len(options)
        return [
            {"id": first + position, "label": option["label"]}
            for position, option in enumerate(options)
        ]

    def _keep(self, entity: str, field: dict) -> None:
        document = {
            "entity": entity,
            "field": field,
            "position": list(self._custom[entity]).index(field["field_code"]),
            "next_option_id": self._next_option_id,
        }
        self._journal.put("field", field["field_code"], dump(document))


def _refuse(reason: str | None) -> None:
    if reason:
        raise invalid("body", reason)


_renaming = checks.list_of(
    checks.fields({"id": checks.integer, "label": checks.filled_text}, ("id", "label"))
)
_removal = checks.list_of(checks.fields({"id": checks.integer}, ("id",)))


def _known(field: dict, body: list[dict]) -> dict[int, dict]:
    by_id = {option["id"]: option for option in field["options"]}
    for one in body:
        if one["id"] not in by_id:
            raise invalid("options", f"option {one['id']} does not exist")
    return by_id


def _rename(field: dict, body: object) -> list[dict]:
    _refuse(_renaming(body))
    by_id = _known(field, body)
    for one in body:
        by_id[one["id"]]["label"] = one["label"]
    return [by_id[one["id"]] for one in body]


def _remove(field: dict, body: object) -> list[dict]:
    _refuse(_removal(body))
    by_id = _known(field, body)
    gone = {one["id"] for one in body}
    field["options"] = [option for option in field["options"] if option["id"] not in gone]
    return [by_id[one] for one in sorted(gone)]
