from integrations.sync import poll

from ._runs import RunCommand


class Command(RunCommand):
    help = "Read everything a system has. Interrupted, it goes on where it was."

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="Count, write nothing.")

    def start(self, system, options, progress):
        return poll.backfill(system, dry_run=options["dry_run"], progress=progress)
