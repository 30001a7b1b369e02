"""The control API: what a person at the page, or a test, does to the sandbox."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from integrations.sandbox.clock import stamp_with_milliseconds
from integrations.sandbox.control_google import GoogleControl
from integrations.sandbox.control_input import Refused, json_object, number
from integrations.sandbox.control_records import RecordControl
from integrations.sandbox.control_salesforce import SalesforceControl
from integrations.sandbox.control_salesforce_events import SalesforceEventControl
from integrations.sandbox.control_tc2 import TC2Control
from integrations.sandbox.deliveries import MOST_SHOWN
from integrations.sandbox.google.errors import Refusal as GoogleRefusal
from integrations.sandbox.pipedrive.errors import ApiError
from integrations.sandbox.pipedrive.webhooks import shown_with_state
from integrations.sandbox.routing import MalformedBody, Request, Response, Routes, json_response
from integrations.sandbox.salesforce.errors import Refusal as SalesforceRefusal
from integrations.sandbox.switches import WrongSwitch
from integrations.sandbox.tc2.errors import Refusal
from integrations.sandbox.trouble import UnknownTrouble

if TYPE_CHECKING:
    from integrations.sandbox.app import Sandbox

PREFIX = "/_sandbox"
_BUDGET_KEYS = {
    "daily_limit": (int,),
    "burst_limit": (int,),
    "spent": (int,),
    "block_after": (int,),
    "block_seconds": (int, float),
    "enforced": (bool,),
}


class Control:
    """Everything under ``/_sandbox/``, see ``_add_routes`` for the list."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox
        self._pipedrive = sandbox.pipedrive
        self._routes = Routes()
        self._add_routes()
        RecordControl(sandbox.pipedrive).add_routes(self._routes, PREFIX)
        self._tc2 = TC2Control(sandbox.tc2)
        self._tc2.add_routes(self._routes, PREFIX)
        self._google = GoogleControl(sandbox.google)
        self._google.add_routes(self._routes, PREFIX)
        self._salesforce = SalesforceControl(sandbox.salesforce)
        self._salesforce.add_routes(self._routes, PREFIX)
        SalesforceEventControl(sandbox.salesforce).add_routes(self._routes, PREFIX)

    def _add_routes(self) -> None:
        add = self._routes.add
        for method, path, handler in (
            ("GET", "/state", self._state),
            ("POST", "/reset", self._reset),
            ("POST", "/seed", self._seed),
            ("GET", "/calls", self._calls),
            ("DELETE", "/calls", self._forget_calls),
            ("GET", "/deliveries", self._deliveries),
            ("POST", "/deliveries/flush", self._flush),
            ("GET", "/webhooks", self._webhooks),
            ("GET", "/trouble", self._trouble),
            ("POST", "/trouble", self._add_trouble),
            ("DELETE", "/trouble", self._clear_trouble),
            ("DELETE", "/trouble/{id}", self._remove_trouble),
            ("GET", "/switches", self._switches),
            ("POST", "/switches", self._set_switches),
            ("GET", "/clock", self._clock),
            ("POST", "/clock", self._set_clock),
            ("GET", "/budget", self._budget),
            ("POST", "/budget", self._set_budget),
        ):
            add(method, PREFIX + path, handler)

    def answer(self, request: Request) -> Response:
        """Serve one call."""
        handler, parts, allowed = self._routes.find(request.method, request.path)
        if handler is None:
            return _error("Method not allowed" if allowed else "Not found", 405 if allowed else 404)
        if request.method not in ("GET", "HEAD") and not _is_json(request):
            # Another site's form cannot send this type, so it cannot reach us from a browser.
            return _error("Send Content-Type: application/json", 415)
        return self._run(partial(handler, request, **parts))

    def _run(self, handler: Callable[[], object]) -> Response:
        try:
            return json_response(handler())
        except ApiError as error:
            return _error(error.error, error.status)
        except (Refusal, GoogleRefusal, SalesforceRefusal) as error:
            return _error(str(error), error.status)
        except MalformedBody:
            return _error("The body is not JSON", 400)
        except (Refused, UnknownTrouble, WrongSwitch) as error:
            return _error(str(error), 400)

    def _state(self, request: Request) -> dict:
        account = self._pipedrive.account
        with account.lock:
            counts = {entity: _living(table) for entity, table in account.tables.items()}
            open_deliveries = account.deliveries.open_count()
            webhooks = len(account.webhooks.all())
        return {
            "counts": counts,
            "webhooks": webhooks,
            "open_deliveries": open_deliveries,
            "trouble": len(self._sandbox.trouble.rules()),
            "clock": self._clock(),
            "budget": self._pipedrive.budget.as_json(),
            "tc2": self._tc2.state(request),
            "google": self._google.state(),
            "salesforce": self._salesforce.state(),
        }

    def _reset(self, _request: Request) -> dict:
        self._sandbox.reset()
        return {"reset": True}

    def _seed(self, request: Request) -> dict:
        body = json_object(request)
        counts = {}
        for name in ("organizations", "persons", "deals"):
            counts[name] = body.pop(name, 0)
            if type(counts[name]) is not int or not 0 <= counts[name] <= 1_000_000:
                raise Refused(f"{name} is a number up to a million")
        if body:
            raise Refused("only organizations, persons and deals can be seeded")
        return {"added": self._pipedrive.seed(**counts)}

    def _calls(self, request: Request) -> dict:
        calls = self._sandbox.calls_since(number(request, "after"))
        if system := dict(request.query).get("system"):
            calls = [call for call in calls if call.system == system]
        return {"calls": [call.as_json() for call in calls[-MOST_SHOWN:]], "total": len(calls)}

    def _forget_calls(self, _request: Request) -> dict:
        self._sandbox.forget_calls()
        return {"calls": []}

    def _deliveries(self, request: Request) -> dict:
        with self._pipedrive.account.lock:
            return self._pipedrive.account.deliveries.as_json(number(request, "after"))

    def _flush(self, _request: Request) -> dict:
        with self._pipedrive.account.lock:
            self._pipedrive.account.deliveries.flush()
            return {"open": self._pipedrive.account.deliveries.open_count()}

    def _webhooks(self, _request: Request) -> dict:
        with self._pipedrive.account.lock:
            all_of_them = self._pipedrive.account.webhooks.all()
            return {"webhooks": [shown_with_state(one) for one in all_of_them]}

    def _trouble(self, _request: Request | None = None) -> dict:
        return {"rules": self._sandbox.trouble.rules()}

    def _add_trouble(self, request: Request) -> dict:
        body = json_object(request)
        if "kind" not in body:
            raise Refused("kind is required")
        return {"number": self._sandbox.trouble.add(**body).number} | self._trouble()

    def _clear_trouble(self, _request: Request) -> dict:
        self._sandbox.trouble.clear()
        return self._trouble()

    def _remove_trouble(self, _request: Request, id: str) -> dict:
        if not self._sandbox.trouble.remove(int(id)):
            raise ApiError(404, "No such rule")
        return self._trouble()

    def _switches(self, _request: Request | None = None) -> dict:
        return {"switches": self._pipedrive.switches.as_json()}

    def _set_switches(self, request: Request) -> dict:
        with self._pipedrive.account.lock:
            self._pipedrive.switches.set(**json_object(request))
        self._pipedrive.account.deliveries.wake()
        return self._switches()

    def _clock(self, _request: Request | None = None) -> dict:
        clock = self._sandbox.clock
        return {
            "now": stamp_with_milliseconds(clock.now()),
            "offset_seconds": round(clock.offset_seconds, 3),
            "frozen": clock.frozen,
        }

    def _set_clock(self, request: Request) -> dict:
        """``advance`` (seconds), ``set`` (RFC 3339), ``freeze`` (bool), ``reset`` (true)."""
        body = json_object(request)
        for key, value in body.items():
            if key not in _CLOCK:
                raise Refused(f"{key} is no clock command")
            _CLOCK[key](self._sandbox.clock, value)
        return self._clock()

    def _budget(self, _request: Request | None = None) -> dict:
        return {"budget": self._pipedrive.budget.as_json()}

    def _set_budget(self, request: Request) -> dict:
        body = json_object(request)
        plan = body.pop("plan", None)
        if plan not in (None, "unlimited", "lite", "growth", "premium", "ultimate"):
            raise Refused("no such plan")
        for name, value in body.items():
            wanted = _BUDGET_KEYS.get(name)
            if wanted is None or type(value) not in wanted or value < 0:
                raise Refused(f"{name} cannot be {value!r}")
        if plan:
            self._pipedrive.budget.set_plan(plan)
        # A limit that is set by hand is meant to be kept.
        self._pipedrive.budget.set(**({"enforced": True} if body else {}) | body)
        return self._budget()


def _advance(clock, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e9:
        raise Refused("advance is a number of seconds")
    clock.advance(value)


def _set(clock, value: object) -> None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise Refused("set is an RFC 3339 time") from error
    if not 2000 < moment.year < 2100:
        raise Refused("set is a time in this century")
    clock.set(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _freeze(clock, value: object) -> None:
    (clock.freeze if value is True else clock.run)()


_CLOCK = {
    "reset": lambda clock, _value: clock.reset(),
    "freeze": _freeze,
    "set": _set,
    "advance": _advance,
}


def _error(why: str, status: int) -> Response:
    return json_response({"error": why}, status)


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "")
    return kind.partition(";")[0].strip().lower() == "application/json"


def _living(table) -> int:
    return sum(not row.deleted for row in table.rows.values())
