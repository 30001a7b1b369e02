from integrations.management.commands._set_up import SetUpCommand
from integrations.pipedrive import SYSTEM


class Command(SetUpCommand):
    help = "Prepare the Pipedrive account: custom fields, users, pipelines, the registration."
    system = SYSTEM
