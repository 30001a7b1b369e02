"""Who is told of changes: the relay's receiver, and that of Outbound Messages."""

import time
from collections.abc import Callable

from integrations.sandbox.delivery import Delivery, Retries
from integrations.sandbox.salesforce import outbound, relay
from integrations.sandbox.salesforce.ids import ORG_ID

RELAY, OUTBOUND = 1, 2


def _growing(first: int, longest: int, altogether: int) -> tuple[int, ...]:
    waits, wait = [], first
    while sum(waits) + wait <= altogether:
        waits.append(wait)
        wait = min(wait * 2, longest)
    return tuple(waits)


#: The relay backs off for as long as the bus keeps what it has not read: three days.
RELAYED = Retries(
    after_seconds=_growing(1, 3600, 72 * 3600),
    succeeded=lambda status: status == 202,
    worthwhile=lambda status: status is None or status == 429 or status >= 500,
)
#: Salesforce gives up after a day.
SENT_OUT = Retries(
    after_seconds=_growing(15, 7200, 24 * 3600),
    succeeded=lambda status: status == 200,
    worthwhile=lambda _status: True,
    acknowledged=outbound.acknowledged,
)


class Receivers:
    """Two addresses. The account's lock guards them."""

    def __init__(
        self, urls: dict[int, str], secrets: list[str], row: Callable[[str, str], dict | None]
    ) -> None:
        self._first = dict(urls), list(secrets)
        #: A record as it is now, by object and id.
        self._row = row
        #: Where the org is; the system says so.
        self.instance_url = ""
        self.clear()

    def clear(self) -> None:
        """As on the first day."""
        self.urls, self.secrets = dict(self._first[0]), list(self._first[1])

    def get(self, webhook_id: int) -> dict | None:
        """None: nobody is told."""
        url = self.urls.get(webhook_id)
        return {"url": url} if url else None

    def banned(self, _webhook_id: int) -> bool:
        """Nobody ever is."""
        return False

    def note_success(self, webhook_id: int, status: int) -> None:
        """Nothing comes of it."""

    def note_failure(self, webhook_id: int, status: int | None, *, first_attempt: bool) -> None:
        """Neither."""

    def letter(self, delivery: Delivery) -> dict:
        """What is posted: the relay signs each try anew, a flow sends the newest values."""
        sent = delivery.payload
        if delivery.webhook_id == RELAY:
            body = sent["body"].encode()
            # The relay is another machine: no matter where the org's clock was put.
            now = int(time.time())
            headers = relay.headers(body, self.secrets, sent["signature"], now, sent["id"])
            return {"data": body, "headers": headers}
        rows = ((each, self._row(sent["kind"], record)) for each, record in sent["records"])
        there = [(each, row) for each, row in rows if row is not None]
        body = outbound.message(sent["org"] or ORG_ID, self.instance_url, sent["kind"], there)
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
        return {"data": body, "headers": headers}
