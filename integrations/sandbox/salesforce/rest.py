"""The data API: who may call it, how often, and in which versions."""

import re
from typing import TYPE_CHECKING

from integrations.sandbox.routing import Request, Response, Routes, json_response
from integrations.sandbox.salesforce import errors
from integrations.sandbox.salesforce.quota import Quota
from integrations.sandbox.salesforce.sessions import Sessions
from integrations.sandbox.salesforce.visits import Visit

if TYPE_CHECKING:
    from integrations.sandbox.salesforce.account import Account

PATH = "/services/data"
_VERSIONED = re.compile(PATH + r"/v(\d{2,3}\.0)(/.*)")
NEWEST_VERSION = 67
_FIRST_VERSION = 21
#: Salesforce refuses longer addresses.
LONGEST_URL = 16_384


class Rest:
    """From a request to an answer, whatever it is about."""

    def __init__(self, account: "Account", sessions: Sessions) -> None:
        self._account, self._sessions = account, sessions
        self.quota = Quota(account)
        self.routes = Routes()

    def answer(self, request: Request, path: str) -> Response:
        """Serve one call."""
        try:
            response = self._answer(request, path)
        except errors.Refusal as refusal:
            response = refusal.response()
        return self.stamped(response)

    def stamped(self, response: Response) -> Response:
        """With what every answer says: the calls made, out of those allowed."""
        response.headers["Sforce-Limit-Info"] = self.quota.header()
        return response

    def _answer(self, request: Request, path: str) -> Response:
        if path.rstrip("/") == PATH:
            return json_response(self._versions())
        if len(request.url) > LONGEST_URL:
            return Response(414, b"<h1>URI Too Long</h1>", content_type="text/html")
        user_id = self._user(request)
        if not self.quota.take():
            raise errors.used_up()
        return self.visited(request, path, user_id)

    def visited(self, request: Request, path: str, user_id: str) -> Response:
        """What is at this path, for somebody who may see it.

        Raises:
            Refusal: Nothing.
        """
        versioned = _VERSIONED.fullmatch(path)
        if versioned is None:
            raise errors.not_found()
        version, rest = versioned.groups()
        self._check_version(version)
        handler, parts, allowed = self.routes.find(request.method, rest)
        if handler is None:
            raise errors.not_allowed(request.method, allowed) if allowed else errors.not_found()
        with self._account.writing():
            return handler(Visit(request, version, user_id), **parts)

    def _user(self, request: Request) -> str:
        given = request.headers.get("authorization")
        if given is None:
            raise errors.no_header()
        user_id = self._sessions.user(given.partition(" ")[2])
        if user_id is None:
            raise errors.unauthorized()
        return user_id

    def _check_version(self, version: str) -> None:
        number = float(version)
        if not _FIRST_VERSION <= number <= NEWEST_VERSION:
            raise errors.not_found()
        if number < self._account.switches.oldest_version:
            raise errors.retired(version)

    def _versions(self) -> list[dict]:
        oldest = max(_FIRST_VERSION, int(self._account.switches.oldest_version))
        numbers = [f"{each}.0" for each in range(oldest, NEWEST_VERSION + 1)]
        return [
            {"label": f"Version {each}", "url": f"{PATH}/v{each}", "version": each}
            for each in numbers
        ]
