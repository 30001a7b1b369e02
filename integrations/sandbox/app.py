"""The sandbox: all simulated systems behind one HTTP server."""

import os
import threading
import time
import traceback

from integrations.sandbox.clock import Clock
from integrations.sandbox.control import Control
from integrations.sandbox.google.system import Google
from integrations.sandbox.in_flight import InFlight
from integrations.sandbox.journal import Journal
from integrations.sandbox.pages import answer_page
from integrations.sandbox.pipedrive.system import Pipedrive
from integrations.sandbox.recording import Call, Recorder
from integrations.sandbox.routing import Request, Response, json_response
from integrations.sandbox.salesforce.options import from_environment
from integrations.sandbox.salesforce.system import Salesforce
from integrations.sandbox.server import Server
from integrations.sandbox.tc2.system import TC2
from integrations.sandbox.trouble import AFTER, BEFORE, Rule, Trouble

_PROXY_PAGE = b"<html><head><title>Error</title></head><body><h1>Error</h1></body></html>"
#: A reset waits so long for the calls that are being answered.
LONGEST_CALL_SECONDS = 10
_CUTS = {"reset": "reset", "reset_after": "reset", "lost_answer": "close"}

System = Pipedrive | TC2 | Google | Salesforce


class Sandbox:
    """Start it, talk to it at ``url``, stop it.

    Args:
        data_path: The folder that outlives the process; None keeps all in memory.
        record_to: The file that gets each call to Pipedrive as a line of JSON; by default
            what ``HERMES_TRAFFIC_LOG`` names.
        port: 0 for any free one.
        api_token: Pipedrive's; by default ``PIPEDRIVE_API_TOKEN``, or else "sandbox-token".
        tc2_key: TC2's, which also signs its webhooks; by default ``TC2_API_KEY``, or else
            "sandbox-tc2-key".
        loans: Which object Salesforce keeps loans in: ``jungo`` for that of the package,
            ``plain`` for one of the org's own; by default ``SANDBOX_SALESFORCE_LOANS``.
        plan: ``unlimited`` counts tokens and refuses nothing; ``lite``, ``growth``,
            ``premium`` and ``ultimate`` refuse as those plans do.
    """

    def __init__(
        self,
        data_path: str | os.PathLike | None = None,
        record_to: str | os.PathLike | None = None,
        port: int = 0,
        api_token: str | None = None,
        *,
        host: str = "127.0.0.1",
        plan: str = "unlimited",
        tc2_key: str | None = None,
        loans: str | None = None,
    ) -> None:
        self._address = host, port
        token = api_token or os.environ.get("PIPEDRIVE_API_TOKEN") or "sandbox-token"
        self.api_token = token
        self.clock = Clock()
        self.trouble = Trouble()
        self._in_flight = InFlight()
        self._recorder = Recorder(record_to or os.environ.get("HERMES_TRAFFIC_LOG") or None)
        self.pipedrive = Pipedrive(self.clock, Journal(data_path, "pipedrive"), token, plan)
        key = tc2_key or os.environ.get("TC2_API_KEY") or "sandbox-tc2-key"
        self.tc2 = TC2(self.clock, Journal(data_path, "tc2"), key)
        self.google = Google(self.clock, Journal(data_path, "google"))
        options = from_environment(loans)
        self.salesforce = Salesforce(self.clock, Journal(data_path, "salesforce"), options)
        self._systems: list[System] = [self.pipedrive, self.tc2, self.google, self.salesforce]
        self._control = Control(self)
        self._server: Server | None = None

    def start(self) -> "Sandbox":
        """Listen, in a thread of its own; returns once connections are taken."""
        self._server = Server(*self._address, self.answer, self.clock)
        self.tc2.listens_at(self.url)
        self.salesforce.listens_at(self.url)
        for system in self._systems:
            system.start()
        threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="sandbox", daemon=True
        ).start()
        return self

    def stop(self) -> None:
        """Stop listening, end open connections, close the files."""
        if self._server is not None:
            self._server.shutdown()
            self._server.close_connections()
            self._server.server_close()
            self._server = None
        for system in self._systems:
            system.stop()
        self._recorder.close()

    def __enter__(self) -> "Sandbox":
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        host, port = self._server.server_address[:2]
        return f"http://{host}:{port}"

    @property
    def calls(self) -> list[Call]:
        """The calls to simulated systems so far, oldest first."""
        return self._recorder.since(0)

    def calls_since(self, number: int) -> list[Call]:
        """Those after call ``number``."""
        return self._recorder.since(number)

    def forget_calls(self) -> None:
        """Empty the list in memory; a recording keeps its lines."""
        self._recorder.clear()

    def reset(self) -> None:
        """As new: no records, no trouble, no calls, real time.

        What came before leaves nothing behind: calls that nobody waits for any more end first.
        """
        self.trouble.clear()
        self._in_flight.wait(LONGEST_CALL_SECONDS)
        self.clock.reset()
        for system in self._systems:
            system.reset()
        self.forget_calls()

    def answer(self, request: Request) -> Response:
        """Serve one request of any kind."""
        for system in self._systems:
            if system.owns(request.path):
                with self._in_flight.counted():
                    return self._recorded(system, request)
        if request.path.startswith("/_sandbox/"):
            return self._control.answer(request)
        return answer_page(request)

    def _recorded(self, system: System, request: Request) -> Response:
        at, started = self.clock.now(), time.perf_counter()
        rules = self.trouble.strike(system.name, request.method, request.path)
        response = self._answer_in_trouble(system, request, rules)
        self._recorder.add(
            request,
            response,
            at=at,
            system=system.name,
            written=system is self.pipedrive,
            milliseconds=round((time.perf_counter() - started) * 1000, 2),
            trouble=", ".join(rule.kind for rule in rules),
        )
        return response

    def _answer_in_trouble(self, system: System, request: Request, rules: list[Rule]) -> Response:
        for rule in rules:
            if rule.kind == "latency":
                self.trouble.wait(rule.seconds)
        if before := next((rule for rule in rules if rule.kind in BEFORE), None):
            return _troubled(system, before)
        response = _safely(system, request)
        if after := next((rule for rule in rules if rule.kind in AFTER), None):
            return _halved(response) if after.kind == "truncated" else _troubled(system, after)
        return response


def _halved(whole: Response) -> Response:
    half = whole.body[: len(whole.body) // 2]
    return Response(whole.status, half, whole.headers, "application/json")


def _troubled(system: System, rule: Rule) -> Response:
    if cut := _CUTS.get(rule.kind):
        return Response(0, cut=cut)
    response = _refused(system, rule)
    if rule.retry_after:
        response.headers["Retry-After"] = str(rule.retry_after)
    return response


def _refused(system: System, rule: Rule) -> Response:
    if rule.kind in ("error", "error_after") and rule.body != "json":
        page = _PROXY_PAGE if rule.body == "html" else b""
        return Response(rule.status, page, content_type="text/html; charset=UTF-8")
    return system.trouble(rule)


def _safely(system: System, request: Request) -> Response:
    try:
        return system.answer(request)
    except Exception:
        # A simulator's own mistake must be seen, and must not end the connection.
        traceback.print_exc()
        return json_response({"success": False, "error": "The sandbox itself failed"}, 500)
