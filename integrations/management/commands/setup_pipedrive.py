from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from integrations.management.commands._runs import how_to_set, told_plainly
from integrations.pipedrive import SYSTEM, setup


class Command(BaseCommand):
    help = "Prepare the Pipedrive account: custom fields, users, pipelines, the registration."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Print the plan, write nothing.")

    def handle(self, **options):
        if not SYSTEM.is_on():
            raise CommandError(f"Pipedrive has no settings. {how_to_set(SYSTEM)}")
        console = Console(file=self.stdout._out)
        with told_plainly(), console.status("Comparing the account with what Hermes needs"):
            if options["dry_run"]:
                self._show(setup.plan())
            else:
                todo = setup.set_up(self.stdout.write)
                self.stdout.write("Nothing to do." if todo.is_empty else "Done.")

    def _show(self, todo):
        for line in [*todo.kept(), *todo.lines()]:
            self.stdout.write(line)
        self.stdout.write("Nothing to do." if todo.is_empty else "Nothing was written.")
