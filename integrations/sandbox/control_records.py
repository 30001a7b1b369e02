"""Records by hand: what a person does in Pipedrive's interface."""

from itertools import islice
from typing import TYPE_CHECKING

from integrations.sandbox.pipedrive import checks, merging
from integrations.sandbox.pipedrive.bodies import BODIES, REQUIRED
from integrations.sandbox.pipedrive.errors import ApiError, invalid
from integrations.sandbox.pipedrive.table import Row
from integrations.sandbox.routing import Request, Routes

if TYPE_CHECKING:
    from integrations.sandbox.pipedrive.system import Pipedrive

_SHOWN_AT_ONCE = 50
_FROM_THE_APP = "app"
_merge_body = checks.fields({"loser": checks.integer, "survivor": checks.integer})


class RecordControl:
    """``/_sandbox/records/...``: change events from here have ``change_source: app``."""

    def __init__(self, pipedrive: "Pipedrive") -> None:
        self._pipedrive = pipedrive
        self._account = pipedrive.account

    def add_routes(self, routes: Routes, prefix: str) -> None:
        """List, read, create, change, delete and merge."""
        path = prefix + "/records/{entity}"
        routes.add("GET", path, self.list)
        routes.add("POST", path, self.create)
        routes.add("POST", path + "/merge", self.merge)
        routes.add("GET", path + "/{id}", self.read)
        routes.add("PATCH", path + "/{id}", self.update)
        routes.add("DELETE", path + "/{id}", self.delete)
        routes.add("GET", prefix + "/fields/{entity}", self.fields)

    def list(self, request: Request, entity: str) -> dict:
        """The newest first; ``q`` looks in all of a record, ``before`` is an id to go on from."""
        _known(entity)
        wanted = dict(request.query)
        needle, before = wanted.get("q", "").lower(), wanted.get("before", "")
        limit = int(before) if before.isascii() and before.isdigit() else None
        with self._account.lock:
            rows = self._account.tables[entity].walk(
                "id", descending=True, after=None if limit is None else ("", limit)
            )
            found = list(islice(_with(rows, needle), _SHOWN_AT_ONCE + 1))
            return {
                "records": [row.record() for row in found[:_SHOWN_AT_ONCE]],
                "more": len(found) > _SHOWN_AT_ONCE,
            }

    def read(self, _request: Request, entity: str, id: str) -> dict:
        """One record, deleted or not."""
        _known(entity)
        record = self._pipedrive.record(entity, int(id))
        if record is None:
            raise ApiError(404, f"No {entity} {id}")
        return {"record": record}

    def create(self, request: Request, entity: str) -> dict:
        """As by hand."""
        _known(entity)
        body = request.json()
        return {"record": self._account.create(entity, body, source=_FROM_THE_APP)}

    def update(self, request: Request, entity: str, id: str) -> dict:
        """As by hand."""
        _known(entity)
        body = request.json()
        return {"record": self._account.update(entity, int(id), body, source=_FROM_THE_APP)}

    def delete(self, _request: Request, entity: str, id: str) -> dict:
        """As by hand."""
        _known(entity)
        if entity == "user":
            raise ApiError(400, "Users are deactivated, not deleted")
        self._account.delete(entity, int(id), source=_FROM_THE_APP)
        return {"deleted": int(id)}

    def merge(self, request: Request, entity: str) -> dict:
        """``loser`` into ``survivor``, as by hand."""
        if entity not in merging.MERGEABLE:
            raise ApiError(404, f"No merging of {entity}")
        body = request.json()
        if (reason := _merge_body(body)) or len(body) < 2:
            raise invalid("merge", reason or "needs loser and survivor")
        return {"record": self._pipedrive.merge(entity, body["loser"], body["survivor"])}

    def fields(self, _request: Request, entity: str) -> dict:
        """What a form needs: the keys that may be written, and the custom fields."""
        _known(entity)
        with self._account.lock:
            keys = [name for name, key in BODIES[entity].items() if not key.only]
            return {
                "writable": keys,
                "required": REQUIRED[entity],
                "custom": list(self._account.fields.custom(entity).values()),
                "mergeable": entity in merging.MERGEABLE,
            }


def _with(rows, needle: str):
    return (row for row in rows if _has(row, needle))


def _has(row: Row, needle: str) -> bool:
    return not needle or needle in row.body.decode(errors="replace").lower()


def _known(entity: str) -> None:
    if entity not in BODIES:
        raise ApiError(404, f"No records of {entity}")
