"""The load: a few kept-alive connections, each posting the next body when it is answered.

A process of its own on plain sockets, so that it costs the server as little as may be.
Prints what it saw as JSON.
"""

from __future__ import annotations

import base64
import json
import os
import select
import socket
import sys
import time
from collections import Counter

from .events import deal_event
from .results import percentile

CONNECTIONS = 8

#: Stands in the body where each request has an id of its own.
_PLACE = "@" * 36


class Load:
    """Posts to one address until told to stop."""

    def __init__(self, port: int, path: str, credentials: str) -> None:
        self.port, self.token, self.serial = port, os.urandom(6).hex(), 0
        basic = base64.b64encode(credentials.encode()).decode()
        body = deal_event(_PLACE, 3307, 1)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Basic {basic}\r\n"
            "Content-Type: application/json\r\nUser-Agent: Pipedrive Webhooks\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self.parts = (head.encode() + body).split(_PLACE.encode())
        self.sockets: dict[int, socket.socket] = {}
        self.sent_at: dict[int, float] = {}
        self.received: dict[int, bytes] = {}
        self.statuses: Counter[str] = Counter()
        self.milliseconds: list[float] = []
        self.poll = select.epoll()

    def run(self, warm_up: float, seconds: float) -> dict:
        """Warm up, then measure; every request that was sent gets its answer."""
        for _ in range(CONNECTIONS):
            self._post(self._connect())
        self._until(time.perf_counter() + warm_up)
        self.milliseconds.clear()
        cpu, started = time.process_time(), time.perf_counter()
        self._until(started + seconds)
        took, cpu = time.perf_counter() - started, time.process_time() - cpu
        measured = list(self.milliseconds)
        self._collect()
        return {
            "requests": len(measured), "seconds": took, "client_cpu_share": cpu / took,
            "p50_ms": percentile(measured, 0.5), "p99_ms": percentile(measured, 0.99),
            "statuses": self.statuses,
        }  # fmt: skip

    def _connect(self) -> int:
        connection = socket.create_connection(("127.0.0.1", self.port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        number = connection.fileno()
        self.sockets[number] = connection
        self.poll.register(number, select.EPOLLIN)
        return number

    def _post(self, number: int) -> None:
        self.serial += 1
        unique = f"{self.token}-{self.serial:023}".encode()
        self.received[number] = b""
        self.sent_at[number] = time.perf_counter()
        self.sockets[number].sendall(unique.join(self.parts))

    def _until(self, deadline: float) -> None:
        while time.perf_counter() < deadline:
            for number, _ in self.poll.poll(0.1):
                if self._answered(number):
                    self._post(number)

    def _collect(self) -> None:
        """Wait for the answers that are still to come."""
        while self.sent_at:
            for number, _ in self.poll.poll(10):
                self._answered(number)

    def _answered(self, number: int) -> bool:
        data = self.sockets[number].recv(65536)
        if not data:
            raise ConnectionError("the server closed a connection without an answer")
        self.received[number] += data
        head, blank, body = self.received[number].partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if not blank or len(body) < int(length or 0):
            return False
        self.milliseconds.append((time.perf_counter() - self.sent_at.pop(number)) * 1000)
        self.statuses[head[9:12].decode()] += 1
        return True


def main() -> None:
    """Arguments: port, path, seconds of warming up, seconds. Credentials: ``LOAD_AUTH``."""
    port, path, warm_up, seconds = sys.argv[1:]
    load = Load(int(port), path, os.environ["LOAD_AUTH"])
    print(json.dumps(load.run(float(warm_up), float(seconds))))


if __name__ == "__main__":
    main()
