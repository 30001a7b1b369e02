"""What only a real server shows: bodies without a length, and bodies that end too soon."""

from __future__ import annotations

import json
import socket

import pytest

from integrations.models import WebhookEvent
from tests.processes.installation import AUTHORISATION

pytestmark = pytest.mark.processes


@pytest.fixture
def door(hermes):
    hermes.start("web")
    return hermes


def say(hermes, *lines: str, body: bytes) -> str:
    """Send these bytes and nothing more; returns the first line of the answer."""
    head = ["POST /pipedrive/callback/ HTTP/1.1", "Host: localhost",
            f"Authorization: {AUTHORISATION}", *lines]  # fmt: skip
    with socket.create_connection(("127.0.0.1", hermes.port), timeout=20) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode() + body)
        connection.shutdown(socket.SHUT_WR)
        return connection.makefile().readline().strip()


def test_a_chunked_body_is_kept_whole(door):
    body = json.dumps({"meta": {"id": "chunked"}, "data": "x" * 200}).encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in [body[:50], body[50:]])
    answer = say(door, "Transfer-Encoding: chunked", body=chunks + b"0\r\n\r\n")

    assert answer == "HTTP/1.1 200 OK"
    assert bytes(WebhookEvent.objects.get().body) == body


def test_a_chunked_body_over_a_mebibyte_is_refused(door):
    part = b"x" * 65536
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for _ in range(17))
    answer = say(door, "Transfer-Encoding: chunked", body=chunks + b"0\r\n\r\n")

    assert answer.startswith("HTTP/1.1 413")
    assert not WebhookEvent.objects.exists()


def test_the_sender_of_a_body_that_is_too_long_can_read_the_refusal(door):
    body = b"x" * (12 * 1024 * 1024)
    answer = say(door, f"Content-Length: {len(body)}", body=body)

    assert answer.startswith("HTTP/1.1 413")


def test_half_a_body_is_not_acknowledged(door):
    answer = say(door, "Content-Length: 500", body=b'{"meta": {"id": "half')

    assert "200" not in answer
    assert not WebhookEvent.objects.exists()


def test_a_length_that_is_none_is_a_plain_error(door):
    for length in ["abc", "-5", "1, 2", "\N{SUPERSCRIPT TWO}", "9" * 30]:
        answer = say(door, f"Content-Length: {length}", body=b"{}")
        assert answer.startswith("HTTP/1.1 4"), length

    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize("charset", [b"\x00", b"utf-8\x00", b"\xff"])
def test_a_charset_that_no_text_can_name_is_a_plain_error(door, charset):
    with socket.create_connection(("127.0.0.1", door.port), timeout=20) as connection:
        connection.sendall(
            b"GET /book/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            b"Content-Type: text/plain; charset=" + charset + b"\r\n\r\n"
        )
        answer = connection.makefile(errors="replace").readline()

    assert answer.startswith(("HTTP/1.1 200", "HTTP/1.1 4"))
