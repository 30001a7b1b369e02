"""The answers that are errors, in Salesforce's words."""

from collections.abc import Iterable

from integrations.sandbox.routing import Response, json_response

#: Code to what Salesforce says, where it always says the same.
_WORDS = {
    "API_CURRENTLY_DISABLED": "API is currently disabled for this User",
    "API_DISABLED_FOR_ORG": "The REST API is not enabled for this Organization.",
    "INVALID_SESSION_ID": "Session expired or invalid",
    "QUERY_TIMEOUT": "Your query request was running for too long.",
    "REQUEST_LIMIT_EXCEEDED": "TotalRequests Limit exceeded.",
    "SERVER_UNAVAILABLE": "Server Unavailable",
    "UNKNOWN_EXCEPTION": "An unexpected error occurred. Please include this ErrorId",
    "TXN_SECURITY_METERING_ERROR": (
        "Transaction Security: the policy could not be evaluated in time"
    ),
    "UNABLE_TO_LOCK_ROW": "unable to obtain exclusive access to this record",
}
#: What an error is called when nobody says.
_CODES = {401: "INVALID_SESSION_ID", 404: "NOT_FOUND", 500: "UNKNOWN_EXCEPTION"}
_TOO_MANY_AT_ONCE = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."


class Refusal(Exception):
    """A call that gets an error for an answer."""

    def __init__(
        self, status: int, code: str, message: str, fields: Iterable[str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code = status, code
        self.fields = None if fields is None else list(fields)

    def body(self) -> list[dict]:
        """As answers and parts of answers have it."""
        error: dict = {"message": str(self), "errorCode": self.code}
        return [error if self.fields is None else error | {"fields": self.fields}]

    def response(self) -> Response:
        """As the API answers it."""
        return json_response(self.body(), self.status)


class TokenRefused(Exception):
    """No token for this; in OAuth's form."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.status = error, status

    def response(self) -> Response:
        """As the token endpoint answers it."""
        return json_response({"error": self.error, "error_description": str(self)}, self.status)


def known(code: str, status: int) -> Refusal:
    """By its code, in Salesforce's words if there are any."""
    return Refusal(status, code, _WORDS.get(code, f"An error of the kind {code}"))


def failed(status: int, code: str) -> Refusal:
    """What a rule for trouble asks for."""
    return known(code or _CODES.get(status, "SERVER_UNAVAILABLE"), status)


def unauthorized() -> Refusal:
    """401: no session, or one that is over."""
    return known("INVALID_SESSION_ID", 401)


def no_header() -> Refusal:
    """401: the call says nothing of a session."""
    return Refusal(401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE")


def used_up() -> Refusal:
    """403: the day's calls are made."""
    return known("REQUEST_LIMIT_EXCEEDED", 403)


def too_many_at_once() -> Refusal:
    """403 too, for another reason."""
    return Refusal(403, "REQUEST_LIMIT_EXCEEDED", _TOO_MANY_AT_ONCE)


def not_found(message: str = "The requested resource does not exist") -> Refusal:
    """404: no such path, no such record, or none that this user may see."""
    return Refusal(404, "NOT_FOUND", message)


def deleted() -> Refusal:
    """404: it is in the recycle bin, or was merged into another."""
    return Refusal(404, "ENTITY_IS_DELETED", "entity is deleted")


def not_allowed(method: str, allowed: Iterable[str]) -> Refusal:
    """405."""
    words = f"HTTP Method '{method}' not allowed. Allowed are {','.join(allowed)}"
    return Refusal(405, "METHOD_NOT_ALLOWED", words)


def retired(version: str) -> Refusal:
    """410: an API version that is no more."""
    return Refusal(410, "UNSUPPORTED_API_VERSION", f"API version {version} is retired")


def malformed(message: str) -> Refusal:
    """400: what was sent cannot be read."""
    return Refusal(400, "JSON_PARSER_ERROR", message)
