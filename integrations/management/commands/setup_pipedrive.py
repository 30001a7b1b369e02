from django.core.management.base import BaseCommand, CommandError

from integrations.pipedrive import SYSTEM, setup
from integrations.sync.errors import SyncError


class Command(BaseCommand):
    help = "Prepare the Pipedrive account: custom fields, users, pipelines, the registration."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Print the plan, write nothing.")

    def handle(self, **options):
        if not SYSTEM.is_on():
            raise CommandError("PIPEDRIVE_BASE_URL and PIPEDRIVE_API_TOKEN are not set.")
        try:
            plan = setup.plan()
            for line in plan.lines():
                self.stdout.write(line)
            if not options["dry_run"]:
                setup.carry_out(plan)
        except SyncError as error:
            raise CommandError(str(error)) from error
        nothing = "Nothing to do." if plan.is_empty else ""
        self.stdout.write(nothing or ("Nothing was written." if options["dry_run"] else "Done."))
