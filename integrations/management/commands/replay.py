from datetime import UTC

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime

from integrations.models import EventState, WebhookEvent
from integrations.sync import inbox


class Command(BaseCommand):
    help = "Apply deliveries again: given ids, one state, one system, or all since a time."

    def add_arguments(self, parser):
        parser.add_argument("ids", nargs="*", type=int, help="Numbers of single deliveries.")
        parser.add_argument("--system")
        parser.add_argument("--state", choices=[state.value for state in EventState])
        parser.add_argument("--since", help="An ISO time, UTC unless it says otherwise.")

    def handle(self, **options):
        events = WebhookEvent.objects.all()
        if not (options["ids"] or options["system"] or options["state"] or options["since"]):
            raise CommandError("Say what to replay: ids, --system, --state or --since.")
        if options["ids"]:
            events = events.filter(pk__in=options["ids"])
        if options["system"]:
            events = events.filter(system=options["system"])
        if options["state"]:
            events = events.filter(state=options["state"])
        if options["since"]:
            events = events.filter(received_at__gte=_time(options["since"]))
        count = events.replay()
        inbox.drain()
        self.stdout.write(f"Deliveries applied again: {count}")


def _time(text):
    try:
        at = parse_datetime(text)
    except ValueError:
        at = None
    if at is None:
        raise CommandError(f"--since: {text!r} is no ISO time, such as 2026-03-02T09:15")
    return at if at.tzinfo else at.replace(tzinfo=UTC)
