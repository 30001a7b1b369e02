"""The answers that are errors, in TC2's words."""

from integrations.sandbox.routing import Response, json_response

REQUIRED = "This field is required."
BLANK = "This field may not be blank."


class Refusal(Exception):
    """A request that gets an error for an answer."""

    def __init__(self, status: int, body: dict) -> None:
        super().__init__(_in_words(body))
        self.status, self.body = status, body

    def response(self) -> Response:
        """As the API answers it."""
        return json_response(self.body, self.status)


class Wrong(ValueError):
    """A value that cannot be; the reasons by key where it is an object."""

    def __init__(self, reasons: str | dict) -> None:
        super().__init__(str(reasons))
        self.reasons = [reasons] if isinstance(reasons, str) else reasons


def _in_words(body: dict) -> str:
    return "; ".join(f"{field}: {_reasons(reasons)}" for field, reasons in body.items())


def _reasons(reasons: str | list | dict) -> str:
    if isinstance(reasons, dict):
        return _in_words(reasons)
    return reasons if isinstance(reasons, str) else " ".join(reasons)


def not_found(what: str = "Not found.") -> Refusal:
    """404: not there, or in the trash."""
    return Refusal(404, {"detail": what})


def unauthorized(*, given: bool) -> Refusal:
    """401: a wrong key, or none."""
    missing = "Authentication credentials were not provided."
    return Refusal(401, {"detail": "Invalid token." if given else missing})


def not_allowed(method: str) -> Refusal:
    """405."""
    return Refusal(405, {"detail": f'Method "{method}" not allowed.'})


def too_many() -> Refusal:
    """429."""
    return Refusal(429, {"detail": "Request was throttled."})


def failed(status: int) -> Response:
    """An error of the server, where a switch asks for one."""
    return json_response({"detail": "The service is not available."}, status)
