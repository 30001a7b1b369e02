"""Fields that every object has, and the standard objects, with what Jungo adds to Contact."""

from integrations.sandbox.salesforce.fields import Field, lookup, several, text

SYSTEM_FIELDS = (
    Field("Id", "id", "Record ID", 18, writable=False),
    Field("IsDeleted", "boolean", "Deleted", writable=False),
    Field("CreatedDate", "datetime", "Created Date", writable=False),
    lookup("CreatedById", "User", "CreatedBy", "Created By ID", writable=False),
    Field("LastModifiedDate", "datetime", "Last Modified Date", writable=False),
    lookup("LastModifiedById", "User", "LastModifiedBy", "Last Modified By ID", writable=False),
    Field("SystemModstamp", "datetime", "System Modstamp", writable=False),
)

_P = "MtgPlanner_CRM__"
CONTACT_FIELDS = (
    lookup("OwnerId", "User", "Owner", "Owner ID"),
    lookup("MasterRecordId", "Contact", "MasterRecord", "Master Record ID", writable=False),
    text("Name", "Full Name", 121, writable=False),
    text("FirstName", "First Name", 40),
    text("LastName", "Last Name", 80, required=True),
    Field("Email", "email", "Email", 80),
    Field("Phone", "phone", "Business Phone", 40),
    Field("MobilePhone", "phone", "Mobile Phone", 40),
    Field("Birthdate", "date", "Birthdate"),
    text(f"{_P}Co_Borrower_First_Name__c", "Co-Borrower First Name"),
    text(f"{_P}Co_Borrower_Last_Name__c", "Co-Borrower Last Name"),
    Field(f"{_P}Co_Borrower_Email__c", "email", "Co-Borrower Email", 80),
    Field("Phone_Co_Borrower__c", "phone", "Phone (Co-Borrower)", 40),
    Field(f"{_P}Birthdaycoborrower__c", "date", "Birthday (Co-Borrower)"),
    Field(f"{_P}Income_Borrower__c", "currency", "Income (Borrower)"),
    Field(f"{_P}Income_Co_Borrower__c", "currency", "Income (Co-Borrower)"),
    *several("picklist", f"{_P}Stage__c", f"{_P}Group__c"),
    lookup(f"{_P}Referred_By__c", "Contact", f"{_P}Referred_By__r", "Referred By"),
    Field(f"{_P}Last_Touch__c", "date", "Last Touch"),
)

USER_FIELDS = (
    text("Name", "Full Name", 121, writable=False),
    text("FirstName", "First Name", 40),
    text("LastName", "Last Name", 80, required=True),
    text("Username", "Username", 80),
    Field("Email", "email", "Email", 128),
    Field("IsActive", "boolean", "Active"),
)
