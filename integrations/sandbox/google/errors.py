"""The answers that are errors, in Google's words."""

from integrations.sandbox.routing import Response, json_response


class Refusal(Exception):
    """A request that gets an error for an answer."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status, self.reason = status, reason

    def response(self) -> Response:
        """As the API answers it."""
        words = {"domain": "global", "reason": self.reason, "message": str(self)}
        error = {"code": self.status, "message": str(self), "errors": [words]}
        return json_response({"error": error}, self.status)


class TokenRefused(Exception):
    """No token for this; in OAuth's form."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.status = error, status

    def response(self) -> Response:
        """As the token endpoint answers it."""
        return json_response({"error": self.error, "error_description": str(self)}, self.status)


def not_found() -> Refusal:
    """404: no such calendar, no such event, or none that this person may see."""
    return Refusal(404, "notFound", "Not Found")


def deleted() -> Refusal:
    """410: it was deleted before."""
    return Refusal(410, "deleted", "Resource has been deleted")


def invalid(message: str, reason: str = "invalid") -> Refusal:
    """400."""
    return Refusal(400, reason, message)


def unauthorized() -> Refusal:
    """401: no token, or one that is no longer valid."""
    return Refusal(401, "authError", "Invalid Credentials")


def too_many(reason: str = "rateLimitExceeded") -> Refusal:
    """403: calls come too fast, or the day's are used up."""
    return Refusal(403, reason, "Rate Limit Exceeded")


def no_delegation() -> Refusal:
    """403: a service account of its own may not invite."""
    return Refusal(
        403,
        "forbiddenForServiceAccounts",
        "Service accounts cannot invite attendees without Domain-Wide Delegation of Authority.",
    )


def failed(status: int) -> Refusal:
    """An error of the server, where a switch asks for one."""
    return Refusal(status, "backendError", "Backend Error")
