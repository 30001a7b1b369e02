"""HTTP on a raw socket, so that a connection can also break as real ones do."""

import os
import socket
import struct
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from integrations.sandbox.clock import Clock
from integrations.sandbox.routing import Request, Response, json_response

MAX_BODY_BYTES = 20_000_000
#: A kept-alive connection without a request for so long is closed.
IDLE_SECONDS = 120


class Server(ThreadingHTTPServer):
    """One thread per connection; ``answer`` handles each request."""

    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(
        self, host: str, port: int, answer: Callable[[Request], Response], clock: Clock
    ) -> None:
        self.answer, self.clock = answer, clock
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__((host, port), Handler)

    def process_request(self, request: socket.socket, client_address: object) -> None:
        """Remember the connection, so that stopping can end it."""
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:
        """The connection is over."""
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: socket.socket, client_address: object) -> None:
        """A client that hangs up is not our error; anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    def close_connections(self) -> None:
        """End the ones that are kept alive."""
        with self._open_lock:
            connections = list(self._open)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                # The client was quicker.
                continue


class Handler(BaseHTTPRequestHandler):
    """Reads a request, asks the server's ``answer``, writes what it says."""

    protocol_version = "HTTP/1.1"
    server_version = "HermesSandbox"
    sys_version = ""
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    # Head and body leave in one packet.
    wbufsize = -1

    def handle_any(self) -> None:
        """Every method takes this way."""
        body = self._read_body()
        if body is None:
            return
        host = self.headers.get("Host") or ":".join(map(str, self.server.server_address[:2]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(
            self.server.answer(Request(self.command, f"http://{host}{self.path}", headers, body))
        )

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = handle_any

    def _read_body(self) -> bytes | None:
        if self.headers.get("Transfer-Encoding"):
            return self._refuse(411, "Send a Content-Length")
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit()):
            return self._refuse(400, "Content-Length is not a number")
        if int(length) > MAX_BODY_BYTES:
            return self._refuse(413, "Body too large")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            # The caller ended in the middle of it: that is no request.
            return self._refuse(400, "The body ends before its Content-Length")
        return body

    def _refuse(self, status: int, why: str) -> None:
        # What follows on this connection can no longer be told apart.
        self.close_connection = True
        self._send(json_response({"success": False, "error": why}, status))

    def _send(self, response: Response) -> None:
        if response.cut:
            self._cut(response.cut)
            return
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        for name, value in response.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
        self.wfile.flush()

    def _cut(self, how: str) -> None:
        if how == "reset":
            # Zero linger: closing sends RST and not FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # The reader and the writer hold the socket open; its descriptor can be had.
            os.close(self.connection.detach())
        self.close_connection = True

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Every answer says what time it is where the simulated systems are."""
        return super().date_time_string(
            self.server.clock.time() if timestamp is None else timestamp
        )

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the recorder keeps every call."""
