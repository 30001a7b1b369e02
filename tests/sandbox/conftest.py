"""A sandbox in this process, a client of its API, and a receiver of its webhooks."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from integrations.sandbox import Sandbox


class Client:
    """Calls the sandbox's Pipedrive with the token."""

    def __init__(self, url: str, token: str = "sandbox-token") -> None:
        self.url = url
        self._session = requests.Session()
        self._session.headers["x-api-token"] = token

    def call(
        self, method: str, path: str, body: object = None, *, timeout: float = 10, **query: object
    ):
        return self._session.request(
            method, self.url + path, json=body, params=query or None, timeout=timeout
        )

    def get(self, path: str, **query: object):
        return self.call("GET", path, **query)

    def post(self, path: str, body: object = None, *, timeout: float = 10):
        return self.call("POST", path, body, timeout=timeout)

    def patch(self, path: str, body: object):
        return self.call("PATCH", path, body)

    def put(self, path: str, body: object):
        return self.call("PUT", path, body)

    def delete(self, path: str):
        return self.call("DELETE", path)

    def control(self, method: str, path: str, body: object = None):
        answer = requests.request(
            method, f"{self.url}/_sandbox{path}", json={} if body is None else body, timeout=10
        )
        assert answer.status_code == 200, answer.text
        return answer.json()


@dataclass
class Arrival:
    headers: dict
    raw: bytes

    @property
    def body(self) -> dict:
        return json.loads(self.raw)

    @property
    def meta(self) -> dict:
        return self.body["meta"]


class Receiver:
    """An address for webhooks, which answers what it is told to."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.status_for: Callable[[Arrival], int] = lambda _arrival: 200
        self.answer_for: Callable[[Arrival], str] = lambda _arrival: ""
        self._changed = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer(405, "")

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                arrival = Arrival(dict(self.headers), raw)
                self._answer(receiver.take(arrival), receiver.answer_for(arrival))

            def _answer(self, status: int, text: str) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                if text:
                    self.wfile.write(text.encode())

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def take(self, arrival: Arrival) -> int:
        with self._changed:
            self.arrivals.append(arrival)
            self._changed.notify_all()
        return self.status_for(arrival)

    def wait_for(self, count: int) -> list[Arrival]:
        with self._changed:
            arrived = self._changed.wait_for(lambda: len(self.arrivals) >= count, 10)
        assert arrived, f"{len(self.arrivals)} of {count} arrived"
        return self.arrivals

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def recording(tmp_path):
    return tmp_path / "traffic.jsonl"


@pytest.fixture
def sandbox(recording):
    with Sandbox(record_to=recording) as running:
        yield running


@pytest.fixture
def api(sandbox):
    return Client(sandbox.url)


@pytest.fixture
def receiver():
    running = Receiver()
    yield running
    running.close()


@pytest.fixture
def subscribe(api, receiver):
    def register(entity: str = "*", action: str = "*", **more: object) -> dict:
        body = {
            "subscription_url": receiver.url,
            "event_action": action,
            "event_object": entity,
            "name": "Test",
            "version": "2.0",
        }
        answer = api.post("/api/v1/webhooks", body | more)
        assert answer.status_code == 201, answer.text
        return answer.json()["data"]

    return register
