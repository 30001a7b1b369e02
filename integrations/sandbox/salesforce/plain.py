"""A loan object that an org made for itself, without any package."""

from integrations.sandbox.salesforce.fields import Field, lookup, picklist, text

NAME, LABEL, KEY_PREFIX = "Loan__c", "Loan", "a01"

MEANING = {
    "name": "Name",
    "officer": "Loan_Officer__c",
    "borrower": "Primary_Borrower__c",
    "status": "Stage__c",
    "amount": "Amount__c",
    "close_date": "CloseDate__c",
}

STATUSES = ("Application", "Processing", "Underwriting", "Clear to Close", "Closed", "Cancelled")

FIELDS = (
    text("Name", "Loan Name", 80),
    lookup("OwnerId", "User", "Owner", "Owner ID"),
    text("Loan_Officer__c", "Loan Officer"),
    lookup("Primary_Borrower__c", "Contact", "Primary_Borrower__r", "Primary Borrower"),
    picklist("Stage__c", "Stage", *STATUSES),
    Field("Amount__c", "currency", "Amount"),
    Field("CloseDate__c", "date", "Close Date"),
)
