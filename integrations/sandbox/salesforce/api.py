"""The calls of the data API."""

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING

from integrations.sandbox.routing import Response, Routes, json_response
from integrations.sandbox.salesforce import checks, describing, records
from integrations.sandbox.salesforce.errors import Refusal
from integrations.sandbox.salesforce.ids import long_id
from integrations.sandbox.salesforce.queries import Queries
from integrations.sandbox.salesforce.quota import Quota
from integrations.sandbox.salesforce.schema import Entity
from integrations.sandbox.salesforce.visits import Visit

if TYPE_CHECKING:
    from integrations.sandbox.salesforce.account import Account

#: Ids in one call.
MOST_IDS = 2000


class Api:
    """Queries, descriptions, records, limits."""

    def __init__(self, account: "Account", quota: Quota) -> None:
        self._account, self._quota = account, quota
        self.queries = Queries(account)

    def add_routes(self, routes: Routes) -> None:
        """Serve what is below a version."""
        one = "/sobjects/{name}/{record}"
        for method, path, handler in (
            ("GET", "/limits", self.limits),
            ("GET", "/query", partial(self.query, deleted=False)),
            ("GET", "/queryAll", partial(self.query, deleted=True)),
            ("GET", "/query/{locator}", self.query_more),
            ("GET", "/queryAll/{locator}", self.query_more),
            ("GET", "/sobjects", self.describe_all),
            ("GET", "/sobjects/{name}/describe", self.describe),
            ("POST", "/sobjects/{name}", self.create),
            ("GET", one, self.read),
            ("PATCH", one, self.update),
            ("DELETE", one, self.delete),
            ("POST", "/composite/sobjects/{name}", self.read_many),
        ):
            routes.add(method, path, handler)

    def limits(self, _visit: Visit) -> Response:
        """What is left of the day."""
        return json_response({"DailyApiRequests": self._quota.as_json()})

    def query(self, visit: Visit, *, deleted: bool) -> Response:
        """The first page."""
        text = visit.query.get("q")
        if text is None:
            raise Refusal(400, "MALFORMED_QUERY", "A query string has to be specified")
        found = self.queries.first_page(text, visit.version, visit.batch_size, deleted=deleted)
        return json_response(found)

    def query_more(self, visit: Visit, locator: str) -> Response:
        """The next one."""
        return json_response(self.queries.next_page(locator, visit.version))

    def describe_all(self, _visit: Visit) -> Response:
        """The objects, without their fields."""
        entities = self._account.schema.entities.values()
        listed = [describing.summary(entity) for entity in entities]
        return json_response({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": listed})

    def describe(self, visit: Visit, name: str) -> Response:
        """The fields that the user sees; nothing where they are as the caller knows them."""
        entity = self._account.schema.entity(name)
        # A day's header has seconds only.
        changed = self._account.schema_changed_at.astimezone(UTC).replace(microsecond=0)
        known = _moment(visit.request.headers.get("if-modified-since"))
        if known is not None and changed <= known:
            return Response(304)
        last = {"Last-Modified": format_datetime(changed, usegmt=True)}
        return json_response(describing.described(entity), **last)

    def create(self, visit: Visit, name: str) -> Response:
        """A new record."""
        entity = self._account.schema.entity(name)
        values = checks.checked(self._account, entity, visit.body(), new=True)
        row = records.create(self._account, entity, values, visit.author)
        return json_response({"id": row["Id"], "success": True, "errors": []}, 201)

    def read(self, visit: Visit, name: str, record: str) -> Response:
        """One record, or some of its ``fields``."""
        entity = self._account.schema.entity(name)
        names = [each for each in visit.query.get("fields", "").split(",") if each]
        row = records.find(self._account, entity, record)
        return json_response(_shown(entity, row, names, visit.version))

    def update(self, visit: Visit, name: str, record: str) -> Response:
        """Other values in some fields."""
        entity = self._account.schema.entity(name)
        row = records.find(self._account, entity, record)
        values = checks.checked(self._account, entity, visit.body(), new=False)
        records.change(self._account, entity, row, values, visit.author)
        return Response(204)

    def delete(self, visit: Visit, name: str, record: str) -> Response:
        """Into the recycle bin."""
        entity = self._account.schema.entity(name)
        row = records.find(self._account, entity, record)
        records.delete(self._account, entity, row, visit.author)
        return Response(204)

    def read_many(self, visit: Visit, name: str) -> Response:
        """By ids, in their order; None where there is none to be seen."""
        entity, body = self._account.schema.entity(name), visit.body()
        ids, names = body.get("ids"), body.get("fields")
        if not _texts(ids) or not _texts(names) or not ids or not names:
            raise Refusal(400, "REQUIRED_FIELD_MISSING", "ids and fields are required")
        if len(ids) > MOST_IDS:
            raise Refusal(400, "EXCEEDED_ID_LIMIT", f"record limit reached. {MOST_IDS} at most")
        return json_response([self._one(entity, each, names, visit.version) for each in ids])

    def _one(self, entity: Entity, given: str, names: list[str], version: str) -> dict | None:
        row = self._account.tables[entity.name].get(long_id(given) or "")
        if row is None or row["IsDeleted"] or row["Id"] in self._account.unshared:
            return None
        return _shown(entity, row, names, version)


def _shown(entity: Entity, row: dict, names: list[str], version: str) -> dict:
    wanted = [_field(entity, each) for each in names] or [one.name for one in entity.seen()]
    url = f"/services/data/v{version}/sobjects/{entity.name}/{row['Id']}"
    shown = {"attributes": {"type": entity.name, "url": url}}
    # The id is there whether it was asked for or not.
    return shown | {name: row.get(name) for name in [*wanted, "Id"]}


def _field(entity: Entity, name: str) -> str:
    field = entity.find(name.strip())
    if field is None:
        why = f"No such column '{name}' on entity '{entity.name}'"
        raise Refusal(400, "INVALID_FIELD", why)
    return field.name


def _moment(header: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(header) if header else None
    except ValueError:
        return None


def _texts(given: object) -> bool:
    return isinstance(given, list) and all(isinstance(each, str) for each in given)
