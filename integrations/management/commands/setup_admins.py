from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from integrations.sync import pairing

from ._runs import told_plainly


class Command(BaseCommand):
    help = "Pair team members with their accounts in the outside systems, by e-mail address."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Only show who is who.")

    def handle(self, **options):
        if not pairing.systems():
            raise CommandError("No system has settings; see .env.example.")
        if not options["dry_run"]:
            self._pair()
        self._show()

    def _pair(self):
        with told_plainly():
            paired = pairing.pair_by_email()
        self.stdout.write(f"Paired: {paired}" if paired else "Nobody new to pair.")

    def _show(self):
        table = Table("Team member", *(system.label for system in pairing.systems()))
        for row in pairing.rows():
            table.add_row(
                str(row.member), *(link.remote_id if link else "not paired" for link in row.links)
            )
        Console(file=self.stdout._out).print(table)
        for one in pairing.strangers():
            self.stdout.write(f"{one.system} {one.remote_id} is nobody here: {one} {one.email}")
