"""What the commands that prepare an account share."""

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from integrations.management.commands._runs import how_to_set, told_plainly
from integrations.sync.system import System


class SetUpCommand(BaseCommand):
    """Shows the plan, or carries it out."""

    system: System

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Print the plan, write nothing.")

    def handle(self, **options):
        system = self.system
        if not system.is_on():
            raise CommandError(f"{system.label} has no settings. {how_to_set(system)}")
        console = Console(file=self.stdout._out)
        with told_plainly(), console.status("Comparing the account with what Hermes needs"):
            if options["dry_run"]:
                self._show(system.setup.plan())
            else:
                todo = system.setup.carry_out(self.stdout.write, None)
                self.stdout.write("Done." if todo.lines() else "Nothing to do.")

    def _show(self, todo):
        for line in [*todo.kept(), *todo.lines()]:
            self.stdout.write(line)
        self.stdout.write("Nothing was written." if todo.lines() else "Nothing to do.")
