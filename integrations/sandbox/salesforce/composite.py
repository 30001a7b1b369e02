"""Several calls in one, which counts as one."""

import json
from functools import partial
from typing import TYPE_CHECKING

from integrations.sandbox.routing import Request, Response, Routes, dump, json_response
from integrations.sandbox.salesforce.errors import Refusal
from integrations.sandbox.salesforce.visits import Visit

if TYPE_CHECKING:
    from integrations.sandbox.salesforce.rest import Rest

MOST = 25


def add_routes(routes: Routes, rest: "Rest") -> None:
    """Both forms."""
    routes.add("POST", "/composite", partial(composite, rest))
    routes.add("POST", "/composite/batch", partial(batch, rest))


def composite(rest: "Rest", visit: Visit) -> Response:
    """Named parts. None of them refers to another, and none is undone for another."""
    body = visit.body()
    if body.get("allOrNone"):
        raise Refusal(400, "INVALID_INPUT", "The sandbox undoes nothing: allOrNone must be false")
    answers = []
    for part in _parts(body, "compositeRequest"):
        answer = _answered(rest, visit, part, str(part.get("url")), part.get("body"))
        answers.append(
            {
                "body": _content(answer),
                "httpHeaders": answer.headers,
                "httpStatusCode": answer.status,
                "referenceId": part.get("referenceId"),
            }
        )
    return json_response({"compositeResponse": answers})


def batch(rest: "Rest", visit: Visit) -> Response:
    """Parts by their addresses, which begin with a version."""
    results = []
    for part in _parts(visit.body(), "batchRequests"):
        path = f"/services/data/{part.get('url')}"
        answer = _answered(rest, visit, part, path, part.get("richInput"))
        results.append({"statusCode": answer.status, "result": _content(answer)})
    failed = any(each["statusCode"] >= 400 for each in results)
    return json_response({"hasErrors": failed, "results": results})


def _parts(body: dict, name: str) -> list[dict]:
    parts = body.get(name)
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise Refusal(400, "JSON_PARSER_ERROR", f"{name} is a list of objects")
    if len(parts) > MOST:
        raise Refusal(400, "LIMIT_EXCEEDED", f"{name}: {MOST} at most")
    return parts


def _answered(rest: "Rest", visit: Visit, part: dict, path: str, body: object) -> Response:
    sent = b"" if body is None else dump(body)
    request = Request(str(part.get("method")), f"http://org{path}", visit.request.headers, sent)
    try:
        return rest.visited(request, request.path, visit.user_id)
    except Refusal as refusal:
        return refusal.response()


def _content(answer: Response) -> object:
    return json.loads(answer.body) if answer.body else None
