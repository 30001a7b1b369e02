"""One call of the data API, by somebody who is logged in."""

import re
from dataclasses import dataclass

from integrations.sandbox.routing import MalformedBody, Request
from integrations.sandbox.salesforce.errors import malformed
from integrations.sandbox.salesforce.records import Author

_CLIENT = re.compile(r"(?:^|[;,\s])client=([^;,\s]+)")
_BATCH = re.compile(r"batchSize=(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Visit:
    """What was asked, by whom, of which version."""

    request: Request
    version: str
    user_id: str

    @property
    def author(self) -> Author:
        """Who writes; change events repeat the name that the caller gives itself."""
        origin = f"com/salesforce/api/rest/{self.version}"
        named = _CLIENT.search(self.request.headers.get("sforce-call-options", ""))
        return Author(self.user_id, f"{origin};client={named[1]}" if named else origin)

    @property
    def batch_size(self) -> int:
        """So many rows to a page; 0: the caller does not mind."""
        found = _BATCH.search(self.request.headers.get("sforce-query-options", ""))
        return int(found[1]) if found else 0

    @property
    def query(self) -> dict[str, str]:
        """The parameters."""
        return dict(self.request.query)

    def body(self) -> dict:
        """The object that was sent.

        Raises:
            Refusal: It is none.
        """
        try:
            body = self.request.json()
        except MalformedBody as error:
            raise malformed(f"Unexpected character: {error}") from error
        if not isinstance(body, dict):
            raise malformed("The HTTP entity body is required, and must be an object")
        return body
