from django.core.management.base import BaseCommand
from django.db.models import Count
from django.utils import timezone

from integrations.models import Connection, Heartbeat, OutboxEntry, WebhookEvent
from integrations.sync.system import everyone


class Command(BaseCommand):
    help = "Show each connection, what waits, and who is alive. Exits with 1 if staff is needed."

    def handle(self, **options):
        for system in everyone():
            row = Connection.objects.filter(system=system.name).first()
            state = "off" if not system.is_on() else "paused" if row and row.paused else "on"
            self.stdout.write(f"{system.label}: {state}")
        needed = self._queue("Messages received", WebhookEvent)
        needed += self._queue("Changes to send", OutboxEntry)
        for heartbeat in Heartbeat.objects.order_by("name"):
            age = (timezone.now() - heartbeat.beat_at).total_seconds()
            self.stdout.write(f"{heartbeat.name}: {age:.0f} s ago")
        if needed:
            raise SystemExit(1)

    def _queue(self, title, model):
        counts = dict(model.objects.values_list("state").annotate(n=Count("pk")))
        listed = ", ".join(f"{n} {state}" for state, n in sorted(counts.items()))
        self.stdout.write(f"{title}: {listed or 'none'}")
        return counts.get("dead", 0)
