"""How a simulated system's webhooks leave: the same for every system."""

from typing import Any

from integrations.sandbox.delivery import Delivery
from integrations.sandbox.sender import Sender


class SendsWebhooks:
    """A system with an ``account``, whose deliveries are sent while it runs."""

    account: Any
    _sender: Sender | None = None

    def start(self) -> None:
        """Begin to deliver webhooks."""
        self._sender = Sender(self.account.deliveries, self.account.switches)
        self._sender.start()

    def stop(self) -> None:
        """Stop delivering, and close the file."""
        if self._sender:
            self._sender.stop()
        with self.account.lock:
            self.account.journal.close()

    @property
    def switches(self) -> Any:
        """How it behaves: the system's own switches."""
        return self.account.switches

    @property
    def deliveries(self) -> list[Delivery]:
        """Webhook deliveries, oldest first."""
        with self.account.lock:
            return list(self.account.deliveries.all.values())

    def settle(self, timeout_seconds: float = 10) -> bool:
        """Wait until no delivery is open any more; whether that came to pass."""
        settled: bool = self.account.deliveries.settle(timeout_seconds)
        return settled
