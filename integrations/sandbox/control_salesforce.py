"""Salesforce by hand: what people do to records, and what the org is made to do."""

from typing import TYPE_CHECKING

from integrations.sandbox.control_input import Refused, json_object, only
from integrations.sandbox.routing import Request, Routes
from integrations.sandbox.salesforce import by_hand, seeding, tokens
from integrations.sandbox.salesforce.field_changes import set_field
from integrations.sandbox.salesforce.founding import INTEGRATION_USER
from integrations.sandbox.salesforce.ids import ORG_ID
from integrations.sandbox.salesforce.schema import CONTACT, LOANS, USER

if TYPE_CHECKING:
    from integrations.sandbox.salesforce.system import Salesforce

_SHOWN_AT_ONCE = 50
_MOST_SEEDED = 1_000_000


class SalesforceControl:
    """``/_sandbox/salesforce/...``."""

    def __init__(self, salesforce: "Salesforce") -> None:
        self._salesforce = salesforce
        self._account = salesforce.account

    def add_routes(self, routes: Routes, prefix: str) -> None:
        """Records, fields, sessions, limits."""
        one = "/records/{kind}/{record}"
        for method, path, handler in (
            ("GET", "/state", self.state),
            ("GET", "/about", self.about),
            ("GET", "/private-key", self.private_key),
            ("GET", "/records/{kind}", self.list),
            ("POST", "/records/{kind}", self.create),
            ("GET", one, self.read),
            ("PATCH", one, self.edit),
            ("DELETE", one, self.delete),
            ("POST", one + "/undelete", self.undelete),
            ("POST", one + "/erase", self.erase),
            ("POST", one + "/touch", self.touch),
            ("POST", one + "/share", self.share),
            ("POST", one + "/merge", self.merge),
            ("PATCH", "/fields/{kind}/{field}", self.set_field),
            ("DELETE", "/fields/{kind}/{field}", self.remove_field),
            ("POST", "/reset", self.reset),
            ("POST", "/seed", self.seed),
            ("POST", "/tokens", self.refuse_tokens),
            ("POST", "/tokens/revoke", self.revoke_tokens),
            ("POST", "/locators/expire", self.expire_locators),
            ("POST", "/limits", self.set_limits),
            ("GET", "/switches", self.switches),
            ("POST", "/switches", self.set_switches),
        ):
            routes.add(method, prefix + "/salesforce" + path, handler)

    def state(self, _request: Request | None = None) -> dict:
        """In numbers."""
        account = self._account
        with account.writing():
            return {
                "loans": len(account.tables[account.schema.loan]),
                "contacts": len(account.tables[CONTACT]),
                "late": len(account.late),
                "open_deliveries": account.deliveries.open_count(),
                "sessions": self._salesforce.sessions.as_json(),
                "token_refusal": self._salesforce.tokens.refusal,
                "limits": self._salesforce.quota.as_json(),
            }

    def about(self, _request: Request) -> dict:
        """What a caller and the page need to know: names of fields, people, keys."""
        schema = self._account.schema
        with self._account.lock:
            users = list(self._account.tables[USER].values())
        return {
            "organization_id": ORG_ID,
            "loan_object": schema.loan,
            "loan_fields": schema.loan_fields,
            "statuses": list(schema.statuses),
            "users": users,
            "username": INTEGRATION_USER,
            "consumer_key": tokens.CONSUMER_KEY,
            "consumer_secret": tokens.CONSUMER_SECRET,
        }

    def private_key(self, _request: Request) -> dict:
        """That of the connected app's certificate, as PEM."""
        return {"private_key": self._salesforce.assertions.private_key}

    def list(self, request: Request, kind: str) -> dict:
        """The newest first, deleted ones too; ``q`` looks in all of a record."""
        needle = dict(request.query).get("q", "")
        found = by_hand.found(self._account, kind, needle, _SHOWN_AT_ONCE + 1)
        return {"records": found[:_SHOWN_AT_ONCE], "more": len(found) > _SHOWN_AT_ONCE}

    def read(self, _request: Request, kind: str, record: str) -> dict:
        """One, deleted or not."""
        return {"record": by_hand.shown(self._account, kind, record)}

    def create(self, request: Request, kind: str) -> dict:
        """``values``; ``late_seconds`` until it is committed, ``events_first`` before that."""
        values, late = _written(request)
        return {"record": by_hand.create(self._account, kind, values, late)}

    def edit(self, request: Request, kind: str, record: str) -> dict:
        """The same."""
        values, late = _written(request)
        return {"record": by_hand.edit(self._account, kind, record, values, late)}

    def delete(self, _request: Request, kind: str, record: str) -> dict:
        """Into the recycle bin."""
        return {"record": by_hand.delete(self._account, kind, record)}

    def undelete(self, _request: Request, kind: str, record: str) -> dict:
        """Out of it."""
        return {"record": by_hand.undelete(self._account, kind, record)}

    def erase(self, _request: Request, kind: str, record: str) -> dict:
        """Gone for good."""
        by_hand.erase(self._account, kind, record)
        return {"erased": record}

    def touch(self, _request: Request, kind: str, record: str) -> dict:
        """SystemModstamp moves, and nothing else."""
        return {"record": by_hand.touch(self._account, kind, record)}

    def share(self, request: Request, kind: str, record: str) -> dict:
        """``shared``: whether the user of the API sees it."""
        shared = only(json_object(request), "shared").get("shared")
        if not isinstance(shared, bool):
            raise Refused("shared is true or false")
        by_hand.share(self._account, kind, record, shared=shared)
        return {"record": by_hand.shown(self._account, kind, record)}

    def merge(self, request: Request, kind: str, record: str) -> dict:
        """``into``: the contact that stays."""
        winner = only(json_object(request), "into").get("into")
        if kind not in ("contact", "Contact") or not isinstance(winner, str):
            raise Refused("a contact is merged into the one whose id is in into")
        return {"record": by_hand.merge(self._account, record, winner)}

    def set_field(self, request: Request, kind: str, field: str) -> dict:
        """Hide, show, change or add one."""
        with self._account.writing():
            of = by_hand.entity(self._account, kind)
            return {"field": set_field(self._account, of, field, json_object(request))}

    def remove_field(self, _request: Request, kind: str, field: str) -> dict:
        """The org has it no more."""
        with self._account.writing():
            of = by_hand.entity(self._account, kind)
            self._account.schema.remove_field(of, field)
            self._account.schema_changed_at = self._account.clock.now()
        return {"removed": field}

    def reset(self, request: Request) -> dict:
        """The org of the first day, ``loans`` in the object that is named: jungo or plain."""
        loans = only(json_object(request), "loans").get("loans")
        if loans not in (None, *LOANS):
            raise Refused(f"loans is one of {', '.join(LOANS)}")
        self._salesforce.reset(loans)
        return self.state()

    def seed(self, request: Request) -> dict:
        """``loans``, ``contacts``, ``officers`` (names), ``step_seconds``, ``until``."""
        body = json_object(request)
        only(body, "loans", "contacts", "officers", "step_seconds", "until")
        loans, contacts = _count(body, "loans") or 0, _count(body, "contacts")
        names, step, until = body.get("officers"), body.get("step_seconds", 1), body.get("until")
        if names is not None and not _texts(names):
            raise Refused("officers is a list of names")
        if isinstance(step, bool) or not isinstance(step, int | float) or not 0 <= step <= 86_400:
            raise Refused("step_seconds is a number up to a day")
        newest = None if until is None else by_hand.time(until)
        return {"added": seeding.seed(self._account, loans, contacts, names, step, newest)}

    def refuse_tokens(self, request: Request) -> dict:
        """``error``: what who asks for a token gets; empty: a token again."""
        self._salesforce.tokens.refuse(only(json_object(request), "error").get("error"))
        return self.state()

    def revoke_tokens(self, _request: Request) -> dict:
        """No token that was given out is valid any more."""
        self._salesforce.sessions.revoke()
        return self.state()

    def expire_locators(self, _request: Request) -> dict:
        """Whoever is in the midst of a query has to begin anew."""
        with self._account.lock:
            self._salesforce.queries.clear()
        return self.state()

    def set_limits(self, request: Request) -> dict:
        """``used``: the calls of this day so far."""
        used = only(json_object(request), "used").get("used")
        if type(used) is not int or used < 0:
            raise Refused("used is a number")
        self._salesforce.quota.used = used
        return self.state()

    def switches(self, _request: Request | None = None) -> dict:
        """How it behaves."""
        return {"switches": self._account.switches.as_json()}

    def set_switches(self, request: Request) -> dict:
        """Change some."""
        with self._account.writing():
            self._account.switches.set(**json_object(request))
        self._account.deliveries.wake()
        return self.switches()


def _count(body: dict, name: str) -> int | None:
    count = body.get(name)
    if count is not None and (type(count) is not int or not 0 <= count <= _MOST_SEEDED):
        raise Refused(f"{name} is a number up to a million")
    return count


def _texts(given: object) -> bool:
    return isinstance(given, list) and bool(given) and all(isinstance(one, str) for one in given)


def _written(request: Request) -> tuple[dict, by_hand.Late]:
    body = only(json_object(request), "values", "late_seconds", "events_first")
    values, seconds = body.get("values", {}), body.get("late_seconds", 0)
    if not isinstance(values, dict):
        raise Refused("values is an object")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
        raise Refused("late_seconds is a number")
    return values, by_hand.Late(seconds, told=body.get("events_first") is True)
