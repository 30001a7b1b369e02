"""What Hermes has to be told to work with this org: ``make run`` gives it these."""

import json

from integrations.sandbox.loan_fields import KEYS
from integrations.sandbox.people import founders
from integrations.sandbox.salesforce.ids import ORG_ID
from integrations.sandbox.salesforce.jungo import MEANING, NAME
from integrations.sandbox.salesforce.options import RELAY_SECRET
from integrations.sandbox.salesforce.tokens import CONSUMER_KEY, CONSUMER_SECRET

OUTBOUND_TOKEN = "sandbox-outbound-token"


def _in_stage(stage: str) -> dict:
    return {"stage": stage, "status": "open"}


#: Status to what the deal becomes.
STAGE_MAP = {
    "Application": _in_stage("Application In"),
    "Pre-Approved": _in_stage("Pre-Approved"),
    "Getting Things Rolling": _in_stage("Getting Things Rolling"),
    **dict.fromkeys(
        ("Loan In Process", "Submitted", "Cond. Approval", "Approved", "Suspended"),
        _in_stage("Loan In Process"),
    ),
    **dict.fromkeys(("Clear to Close", "Docs Out"), _in_stage("Clear To Close")),
    "Closed": {"stage": "Clear To Close", "status": "won", "action": "freeze"},
    "Cancelled": {"action": "skip"},
}

#: Part of a co-borrower to the field of the borrower's contact.
COBORROWER = {
    "first_name": "MtgPlanner_CRM__Co_Borrower_First_Name__c",
    "last_name": "MtgPlanner_CRM__Co_Borrower_Last_Name__c",
    "email": "MtgPlanner_CRM__Co_Borrower_Email__c",
    "phone": "Phone_Co_Borrower__c",
}

#: What else is shown on the deal, and in which field of Pipedrive's.
FIELD_MAP = {
    "interest_rate": {
        "source": MEANING["rate"], "type": "percent", "target": KEYS["Interest rate"],
    },
    "loan_purpose": {"source": MEANING["purpose"], "target": KEYS["Loan purpose"]},
    "property_address": {
        "source": {
            "street": MEANING["street"],
            "city": MEANING["city"],
            "state": MEANING["state"],
            "zip": MEANING["postal_code"],
        },
        "target": KEYS["Property address"],
    },
}  # fmt: skip


def demo_settings(sandbox: str, hermes: str) -> dict[str, str]:
    """By name; ``sandbox`` and ``hermes`` are where the two are.

    Those that begin with SANDBOX are for the sandbox itself.
    """
    webhooks = f"{hermes}/salesforce/webhooks"
    return {
        "SALESFORCE_ENABLED": "True",
        "SALESFORCE_LOGIN_URL": f"{sandbox}/salesforce",
        "SALESFORCE_INSTANCE_URL": f"{sandbox}/salesforce",
        "SALESFORCE_CONSUMER_KEY": CONSUMER_KEY,
        "SALESFORCE_CONSUMER_SECRET": CONSUMER_SECRET,
        "SALESFORCE_ORG_ID": ORG_ID,
        "SALESFORCE_LOAN_OBJECT": NAME,
        "SALESFORCE_LOAN_OFFICER_FIELD": MEANING["officer"],
        "SALESFORCE_LOAN_OFFICER": founders()[0][0],
        "SALESFORCE_PRIMARY_BORROWER_FIELD": MEANING["borrower"],
        "SALESFORCE_STAGE_FIELD": MEANING["status"],
        "SALESFORCE_AMOUNT_FIELD": MEANING["amount"],
        "SALESFORCE_CLOSE_DATE_FIELD": MEANING["close_date"],
        "SALESFORCE_LOAN_NUMBER_FIELD": MEANING["number"],
        "SALESFORCE_COBORROWER_FIELDS": json.dumps(COBORROWER),
        "SALESFORCE_FIELD_MAP": json.dumps(FIELD_MAP),
        "SALESFORCE_STAGE_MAP": json.dumps(STAGE_MAP),
        "SALESFORCE_INITIAL_SYNC": "all",
        "SALESFORCE_CURRENCY": "USD",
        "SALESFORCE_POLL_INTERVAL_MINUTES": "5",
        "SALESFORCE_RELAY_SECRETS": RELAY_SECRET,
        "SALESFORCE_OUTBOUND_TOKEN": OUTBOUND_TOKEN,
        "SANDBOX_SALESFORCE_DEMO": "1",
        "SANDBOX_SALESFORCE_RELAY_URL": f"{webhooks}/cdc/",
        "SANDBOX_SALESFORCE_OUTBOUND_URL": f"{webhooks}/outbound/{OUTBOUND_TOKEN}/",
    }
