"""The loan object of the Jungo package, as its orgs have it."""

from integrations.sandbox.salesforce.fields import Field, lookup, picklist, several, text

_P = "MtgPlanner_CRM__"

NAME, LABEL, KEY_PREFIX = f"{_P}Transaction_Property__c", "Loan", "a0X"

MEANING = {
    "name": "Name",
    "officer": "Loan_Officer__c",
    "borrower": f"{_P}Borrower_Name__c",
    "status": f"{_P}Status__c",
    "amount": f"{_P}Loan_Amount_1st_TD__c",
    "close_date": f"{_P}Est_Closing_Date__c",
    "number": f"{_P}Loan_1st_TD__c",
    "street": f"{_P}Property_Address__c",
    "city": f"{_P}Property_City__c",
    "state": f"{_P}Property_State__c",
    "postal_code": f"{_P}Property_Postal_Code__c",
    "rate": f"{_P}Rate_1st_TD__c",
    "purpose": f"{_P}Loan_Purpose__c",
}

#: In the order of a loan's life.
STATUSES = (
    "Application",
    "Pre-Approved",
    "Getting Things Rolling",
    "Loan In Process",
    "Submitted",
    "Cond. Approval",
    "Approved",
    "Suspended",
    "Clear to Close",
    "Docs Out",
    "Closed",
    "Cancelled",
)
_LABELS = {"Getting Things Rolling": "GTR", "Loan In Process": "In Process"}

FIELDS = (
    text("Name", "Loan Name", 80),
    lookup("OwnerId", "User", "Owner", "Owner ID"),
    text("Loan_Officer__c", "Loan Officer"),
    lookup(f"{_P}Borrower_Name__c", "Contact", f"{_P}Borrower_Name__r", "Borrower Name"),
    text(f"{_P}Loan_1st_TD__c", "Loan #"),
    picklist(f"{_P}Status__c", "Status", *((each, _LABELS.get(each, each)) for each in STATUSES)),
    Field(f"{_P}Loan_Amount_1st_TD__c", "currency", "Loan Amount (1st TD)"),
    Field("Total_Loan_Amount__c", "currency", "Total Loan Amount"),
    Field("Base_Loan_Amount__c", "currency", "Base Loan Amount"),
    Field(f"{_P}Est_Closing_Date__c", "date", "Est. Closing Date"),
    text(f"{_P}Property_Address__c", "Property Address"),
    text(f"{_P}Property_City__c", "Property City"),
    text(f"{_P}Property_State__c", "Property State"),
    text(f"{_P}Property_Postal_Code__c", "Property Postal Code"),
    picklist(f"{_P}Property_Type__c", "Property Type", "Single Family", "Condo", "Townhouse"),
    picklist(f"{_P}Loan_Type_1st_TD__c", "Loan Type (1st TD)", "Conventional", "FHA", "VA"),
    picklist(f"{_P}Loan_Purpose__c", "Loan Purpose", "Purchase", "Refinance"),
    picklist(
        f"{_P}Occupancy__c", "Occupancy",
        "Primary", "PrimaryResidence", "Secondary", "Investment", "None",
    ),
    *several(
        "currency",
        f"{_P}Appraised_Value__c", f"{_P}Purchase_Price__c", f"{_P}Down_Payment__c",
        f"{_P}Monthly_Payment_1st_TD__c", f"{_P}Hazard_Ins_1st_TD__c",
        f"{_P}Property_Tax_1st_TD__c", f"{_P}Mortgage_Ins_1st_TD__c", f"{_P}HOA_1st_TD__c",
        "P_I_Payment__c", "Supplemental_Property_Insurance__c",
    ),
    Field(f"{_P}Rate_1st_TD__c", "percent", "Rate (1st TD)"),
    *several("double", f"{_P}Term_1st_TD__c", "Middle_Credit_Score_Borrower__c"),
    text(f"{_P}Loan_Program_1st_TD__c", "Loan Program (1st TD)"),
    text("Funding_Fee__c", "Funding Fee"),
    *several(
        "date",
        "Pre_Approval_Sent__c", "eConsent__c", "LE_Due__c", "LE_Sent__c", "LE_Received__c",
        "Appraisal_Ordered__c", "Appraisal_Received__c", "Title_Received__c",
        "Insurance_Received__c", "CD_Sent__c", "CD_Received__c",
    ),
    Field("Strategy_Call__c", "datetime", "Strategy Call"),
    text("In_Process_or_Paid_Off__c", "In Process or Paid Off"),
)  # fmt: skip
