"""One call of the API: what it does and what it costs."""

from collections.abc import Callable
from dataclasses import dataclass

from integrations.sandbox.pipedrive.errors import invalid
from integrations.sandbox.routing import MalformedBody, Request, Response


@dataclass(frozen=True)
class Endpoint:
    """A handler and its price in tokens."""

    handle: Callable[..., Response]
    cost: int
    #: Search has a burst limit of its own.
    search: bool = False


def json_object(request: Request) -> object:
    """The body of a write.

    Raises:
        ApiError: It is not JSON, or is not said to be.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise invalid("body", "must be application/json")
    try:
        return request.json()
    except MalformedBody as error:
        raise invalid("body", "is not valid JSON") from error
