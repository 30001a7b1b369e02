from django.core.management.base import BaseCommand, CommandError

from integrations.sync import by_hand, wake

from ._runs import named, told_plainly


class Command(BaseCommand):
    help = "Read one record of a system, with all that comes with it."

    def add_arguments(self, parser):
        parser.add_argument("system", help="The system's name, for example tc2.")
        parser.add_argument("kind", help="What it is in Hermes, for example company.")
        parser.add_argument("id", help="The record's number there.")

    def handle(self, **options):
        system = named(options["system"])
        kind = options["kind"]
        if kind not in system.kinds:
            known = ", ".join(system.kinds)
            raise CommandError(f"{system.label} has no {kind!r}; there are: {known}")
        with told_plainly():
            outcome = by_hand.fetch(system, kind, options["id"])
        wake.outbox()
        self.stdout.write(f"{system.label} {kind} {options['id']}: {outcome}")
