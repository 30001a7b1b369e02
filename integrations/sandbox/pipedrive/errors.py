"""The answers that are errors, in Pipedrive's words."""

from integrations.sandbox.routing import Response, dump, json_response

_INFO = "Please check developers.pipedrive.com"

BLOCKED_PAGE = b"""<!DOCTYPE html>
<html lang="en-US"><head><title>Attention Required! | Cloudflare</title></head>
<body><h1>Sorry, you have been blocked</h1>
<p>You are unable to access pipedrive.com</p></body></html>
"""


class ApiError(Exception):
    """A request that gets an error for an answer."""

    def __init__(self, status: int, error: str, code: str | None = None) -> None:
        super().__init__(error)
        self.status, self.error, self.code = status, error, code

    def response(self) -> Response:
        """In the common envelope."""
        return json_response(envelope(self.error, self.code), self.status)


class WebhookError(ApiError):
    """An error of the webhook calls, which have an envelope of their own."""

    def __init__(self, status: int, field: str, reason: str) -> None:
        super().__init__(status, reason)
        self.field = field

    def response(self) -> Response:
        """With the reasons by field."""
        errors = {self.field: [self.error]}
        return json_response({"status": "error", "success": False, "errors": errors}, self.status)


def envelope(error: str, code: str | None = None) -> dict:
    """The body of an error."""
    body = {"success": False, "error": error}
    if code is not None:
        body["code"] = code
    return body | {"error_info": _INFO, "data": None, "additional_data": None}


def invalid(field: str, reason: str) -> ApiError:
    """400: a value that cannot be."""
    return ApiError(400, f"Validation failed: {field}: {reason}", "ERR_SCHEMA_VALIDATION_FAILED")


def not_allowed(parameter: str) -> ApiError:
    """400: a query parameter that does not exist."""
    return ApiError(400, f"Parameter '{parameter}' is not allowed")


def not_found(entity: str, status: int = 404) -> ApiError:
    """404, or 410 for what is gone for good."""
    return ApiError(status, f"{entity.capitalize()} not found")


def unauthorized() -> Response:
    """401: no such token."""
    return json_response(
        {
            "success": False,
            "error": "unauthorized access",
            "errorCode": 401,
            "error_info": _INFO,
        },
        401,
    )


def too_many() -> Response:
    """429; its headers tell which budget is spent."""
    return json_response(envelope("Request over limit"), 429)


def blocked() -> Response:
    """403 from the guard in front of Pipedrive, for those who went on after 429."""
    return Response(403, BLOCKED_PAGE, content_type="text/html; charset=UTF-8")


def failed(status: int) -> Response:
    """An error of the server."""
    return Response(status, dump(envelope("Requested service is not available")))
