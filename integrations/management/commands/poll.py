from integrations.sync import poll

from ._runs import RunCommand


class Command(RunCommand):
    help = "Read what changed in a system since the last poll."

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--release", action="store_true", help="Write even what the brake would hold back."
        )

    def start(self, system, options, progress):
        return poll.poll(system, released=options["release"], progress=progress)
