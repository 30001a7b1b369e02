"""What came in, what goes out, and the table between them."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

JSON = "application/json; charset=utf-8"


def dump(value: object) -> bytes:
    """Compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(
        # A lone surrogate may arrive as \ud800 in somebody's JSON, and must not stop us.
        errors="replace"
    )


class MalformedBody(ValueError):
    """The request's body is not JSON."""


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


@dataclass
class Request:
    """One HTTP request, read to its end."""

    method: str
    #: The whole URL, as the client asked for it.
    url: str
    #: Names in lower case.
    headers: dict[str, str]
    body: bytes = b""
    path: str = ""
    query: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        self.path = parts.path
        self.query = parse_qsl(parts.query, keep_blank_values=True)

    def json(self) -> object:
        """The parsed body; None when there is none.

        Raises:
            MalformedBody: It is not JSON.
        """
        if not self.body:
            return None
        try:
            return json.loads(self.body, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise MalformedBody(str(error)) from error


@dataclass
class Response:
    """What to send back."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = JSON
    #: Cut the connection instead of answering; ``reset`` sends RST, ``close`` ends it.
    cut: str = ""

    @property
    def is_json(self) -> bool:
        """Whether the body may be recorded as JSON."""
        return self.content_type == JSON and bool(self.body)


def json_response(value: object, status: int = 200, **headers: str) -> Response:
    """``value`` as JSON."""
    return Response(status, dump(value), headers)


class Routes:
    """Method and path template to handler; ``{id}`` takes digits, other names one segment."""

    def __init__(self) -> None:
        self._routes: list[tuple[re.Pattern, dict[str, Callable]]] = []

    def add(self, method: str, template: str, handler: Callable) -> None:
        """Serve ``handler(request, **path_parts)``."""
        pattern = re.sub(r"\{id\}", r"(?P<id>[0-9]{1,18})", template)
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern) + "/?")
        for known, handlers in self._routes:
            if known.pattern == pattern.pattern:
                handlers[method] = handler
                return
        self._routes.append((pattern, {method: handler}))

    def find(self, method: str, path: str) -> tuple[Callable | None, dict, list[str]]:
        """The handler, its path parts, and the methods allowed if only those are wrong."""
        for pattern, handlers in self._routes:
            if match := pattern.fullmatch(path):
                return handlers.get(method), match.groupdict(), sorted(handlers)
        return None, {}, []
