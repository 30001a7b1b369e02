"""``manage.py sandbox``: the simulated outside systems, for the demo."""

import argparse

from django.core.management.base import BaseCommand

from integrations.sandbox import command


class Command(BaseCommand):
    """Serves until it is interrupted."""

    help = "Runs the simulated outside systems and their page."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Data goes to ``.data/sandbox`` unless told otherwise."""
        command.add_arguments(parser)
        parser.set_defaults(data=".data/sandbox")

    def handle(self, **options: object) -> None:
        """Run it."""
        command.serve(argparse.Namespace(**options))
