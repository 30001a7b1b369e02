from django.core.management.base import BaseCommand
from django.db.models import Count
from django.utils import timezone

from integrations.models import Connection, Heartbeat, OutboxEntry, WebhookEvent
from integrations.sync import brake
from integrations.sync.system import everyone
from integrations.sync.upkeep import PROGRAMS


class Command(BaseCommand):
    help = "Show each connection, what waits, and who is alive. Exits with 1 if staff is needed."

    def handle(self, **options):
        for system in everyone():
            row = Connection.objects.filter(system=system.name).first()
            state = "off" if not system.is_on() else "paused" if row and row.paused else "on"
            self.stdout.write(f"{system.label}: {state}")
        needed = self._queue("Messages received", WebhookEvent)
        needed += self._queue("Changes to send", OutboxEntry)
        needed += self._questions()
        self._programs()
        if needed:
            raise SystemExit(1)

    def _questions(self):
        stopped = brake.asking()
        for run in stopped:
            self.stdout.write(f"Stopped, asks you: {run}")
        return len(stopped)

    def _programs(self):
        beats = dict(Heartbeat.objects.values_list("name", "beat_at"))
        for name in dict.fromkeys([*PROGRAMS, *sorted(beats)]):
            beat_at = beats.get(name)
            age = beat_at and (timezone.now() - beat_at).total_seconds()
            self.stdout.write(f"{name}: never seen" if age is None else f"{name}: {age:.0f} s ago")

    def _queue(self, title, model):
        counts = dict(model.objects.values_list("state").annotate(n=Count("pk")))
        listed = ", ".join(f"{n} {state}" for state, n in sorted(counts.items()))
        self.stdout.write(f"{title}: {listed or 'none'}")
        return counts.get("dead", 0)
