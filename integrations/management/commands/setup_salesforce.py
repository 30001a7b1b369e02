from integrations.management.commands._set_up import SetUpCommand
from integrations.salesforce import SYSTEM


class Command(SetUpCommand):
    help = "Compare the configured names with the Salesforce org, and list its loans' statuses."
    system = SYSTEM
