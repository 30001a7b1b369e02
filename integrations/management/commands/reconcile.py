from integrations.sync import reconcile

from ._runs import RunCommand


class Command(RunCommand):
    help = "Compare everything with a system and repair what differs."

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--release", action="store_true", help="Write even what the brake would hold back."
        )

    def start(self, system, options, progress):
        return reconcile.reconcile(system, released=options["release"], progress=progress)
