"""What may happen in a branch, and who does it."""

#: Action to its words and the model of its subject.
ACTIONS = {
    "CREATED_A_CLIENT": ("Created a Client", "Client"),
    "CLIENT_SIGN_UP": ("Client signed up", "Client"),
    "CLIENT_ENQUIRY": ("Client enquiry", "Client"),
    "EDITED_A_CLIENT": ("Edited a Client", "Client"),
    "EDITED_OWN_PROFILE": ("Edited their own Profile", "Client"),
    "DELETED_A_CLIENT": ("Deleted a Client", "Client"),
    "RECOVERED_A_CLIENT": ("Recovered a Client", "Client"),
    "CHANGED_CLIENT_STATUS": ("Changed Client Status", "Client"),
    "CHANGED_CLIENT_ADMIN": ("Changed Client Manager", "Client"),
    "CHANGED_CLIENTS_AGENT": ("Changed a Client's Agent", "Client"),
    "EDITED_AGENCY_DETAILS": ("Edited Agency Details", "Client"),
    "EDITED_PRICE_PLAN": ("Edited Price Plan", "Client"),
    "TERMINATED_AGENCY": ("Terminated Agency", "Client"),
    "SAVED_CARD_DETAILS": ("Saved Card Details", "Client"),
    "DELETED_CARD_DETAILS": ("Deleted Card Details", "Client"),
    "ADDED_A_LABEL_TO_A_USER": ("Added a Label to a User", "Client"),
    "MOVED_PIPELINE_STAGE": ("Moved Pipeline Stage", "Client"),
    "COPY_ROLE": ("Copied a Role", "Client"),
    "BALANCE_ADJUSTMENT": ("Adjusted a Balance", "Client"),
    "CLIENT_TOPPED_UP": ("Topped up their Balance", "Client"),
    "AGREE_TERMS": ("Agreed to Terms and Conditions", "Client"),
    "RECORDED_TERMS_CONSENT": ("Recorded Terms Consent", "Client"),
    "SENT_ONE_OFF_EMAIL": ("Sent a one-off Email", "Client"),
    "RAISED_INVOICE": ("Raised an Invoice", "Invoice"),
    "CLIENT_PAID_INVOICE": ("Paid their Invoice", "Invoice"),
    "ADMIN_PAID_INVOICE": ("Paid an Invoice", "Invoice"),
    "MARKED_INVOICE_AS_PAID": ("Marked an Invoice as paid", "Invoice"),
    "VOIDED_INVOICE": ("Voided an Invoice", "Invoice"),
    "CREATED_A_SR": ("Created a Student", "Student"),
    "EDITED_A_SR": ("Edited a Student", "Student"),
    "DELETED_A_SR": ("Deleted a Student", "Student"),
    "RECOVERED_A_SR": ("Recovered a Student", "Student"),
}
#: The actor of what comes through the API.
API_USER = {"name": "API", "id": 599, "user_id": 1599, "url": ""}


def verb(action: str) -> str:
    """The action in words; the key itself where it is not in the list."""
    return ACTIONS[action][0] if action in ACTIONS else action


def actor(record: dict) -> dict:
    """A member of the staff, or a client, as the one who did it."""
    name = " ".join(filter(None, (record["first_name"], record["last_name"])))
    return {"name": name, "id": record["id"], "user_id": record["id"] + 1000, "url": ""}
