"""Settings of the outside systems, from the environment. Part of ``settings``."""

from hermes.environment import Env

env = Env()

# -- Pipedrive -------------------------------------------------------------------------

PIPEDRIVE_BASE_URL = env("PIPEDRIVE_BASE_URL", default="").rstrip("/")
PIPEDRIVE_API_TOKEN = env("PIPEDRIVE_API_TOKEN", default="")
PIPEDRIVE_WEBHOOK_USER = env("PIPEDRIVE_WEBHOOK_USER", default="")
PIPEDRIVE_WEBHOOK_PASSWORD = env("PIPEDRIVE_WEBHOOK_PASSWORD", default="")
PIPEDRIVE_APP_URL = env("PIPEDRIVE_APP_URL", default=PIPEDRIVE_BASE_URL).rstrip("/")
PIPEDRIVE_REQUESTS_PER_2_SECONDS = env.int("PIPEDRIVE_REQUESTS_PER_2_SECONDS", default=20)
PIPEDRIVE_SEARCHES_PER_2_SECONDS = env.int("PIPEDRIVE_SEARCHES_PER_2_SECONDS", default=10)
PIPEDRIVE_DAILY_TOKENS = env.int("PIPEDRIVE_DAILY_TOKENS", default=30_000)
PIPEDRIVE_ACTIVITY_TYPE = env("PIPEDRIVE_ACTIVITY_TYPE", default="meeting")
PIPEDRIVE_POLL_MINUTES = env.int("PIPEDRIVE_POLL_MINUTES", default=5)
# JSON as text: integrations/pipedrive/given_keys.py reads it, and a check refuses nonsense.
PIPEDRIVE_FIELD_KEYS = env("PIPEDRIVE_FIELD_KEYS", default="")
# Keys of the fields that hold Salesforce's ids.
PIPEDRIVE_SALESFORCE_CONTACT_ID_KEY = env("PIPEDRIVE_SALESFORCE_CONTACT_ID_KEY", default="")
PIPEDRIVE_SALESFORCE_LOAN_ID_KEY = env("PIPEDRIVE_SALESFORCE_LOAN_ID_KEY", default="")

# -- TC2: the key also signs its webhooks ----------------------------------------------

TC2_BASE_URL = env("TC2_BASE_URL", default="").rstrip("/")
TC2_API_KEY = env("TC2_API_KEY", default="")
TC2_APP_URL = env("TC2_APP_URL", default=TC2_BASE_URL.removesuffix("/api")).rstrip("/")
# 1 where the branch still has the older form of clients.
TC2_ROLE_VERSION = env.int("TC2_ROLE_VERSION", default=2)
# Custom fields that are called otherwise there: utm_source=source,pipedrive_url=crm_link
TC2_FIELD_NAMES = env.dict("TC2_FIELD_NAMES", default={})
# Changes of one company within this time are one call.
TC2_GATHER_SECONDS = env.int("TC2_GATHER_SECONDS", default=60)
TC2_REQUESTS_PER_MINUTE = env.int("TC2_REQUESTS_PER_MINUTE", default=90)

# -- Google Calendar -------------------------------------------------------------------

GOOGLE_BASE_URL = env("GOOGLE_BASE_URL", default="https://www.googleapis.com").rstrip("/")
# The JSON key of a service account with domain-wide delegation, or a path to it.
GOOGLE_SERVICE_ACCOUNT = env("GOOGLE_SERVICE_ACCOUNT", default="")
GOOGLE_POLL_MINUTES = env.int("GOOGLE_POLL_MINUTES", default=2)
GOOGLE_REQUESTS_PER_MINUTE = env.int("GOOGLE_REQUESTS_PER_MINUTE", default=6000)
# What invitations link to; what is not set is left out.
CALLS_TEAM_NAME = env("CALLS_TEAM_NAME", default="The team")
CALLS_DEMO_URL = env("CALLS_DEMO_URL", default="")
CALLS_GUIDE_URL = env("CALLS_GUIDE_URL", default="")
CALLS_TRIAL_URL = env("CALLS_TRIAL_URL", default="")

# -- Salesforce: every name in it is the org's own --------------------------------------

SALESFORCE_ENABLED = env.bool("SALESFORCE_ENABLED", default=False)
# client_credentials, jwt_bearer, refresh_token, access_token, password or soap
SALESFORCE_AUTH_FLOW = env("SALESFORCE_AUTH_FLOW", default="client_credentials")
SALESFORCE_LOGIN_URL = env("SALESFORCE_LOGIN_URL", default="https://login.salesforce.com").rstrip(
    "/"
)
# Of "password" and "soap": login or test, or the org's own domain; empty: as the address says
SALESFORCE_DOMAIN = env("SALESFORCE_DOMAIN", default="")
SALESFORCE_INSTANCE_URL = env("SALESFORCE_INSTANCE_URL", default="").rstrip("/")
SALESFORCE_API_VERSION = env("SALESFORCE_API_VERSION", default="62.0")
SALESFORCE_CONSUMER_KEY = env("SALESFORCE_CONSUMER_KEY", default="")
SALESFORCE_CONSUMER_SECRET = env("SALESFORCE_CONSUMER_SECRET", default="")
SALESFORCE_USERNAME = env("SALESFORCE_USERNAME", default="")
SALESFORCE_PASSWORD = env("SALESFORCE_PASSWORD", default="")
SALESFORCE_SECURITY_TOKEN = env("SALESFORCE_SECURITY_TOKEN", default="")
# The PEM text of a key, or a path to it.
SALESFORCE_PRIVATE_KEY = env("SALESFORCE_PRIVATE_KEY", default="")
SALESFORCE_ACCESS_TOKEN = env("SALESFORCE_ACCESS_TOKEN", default="")
SALESFORCE_REFRESH_TOKEN = env("SALESFORCE_REFRESH_TOKEN", default="")
SALESFORCE_ORG_ID = env("SALESFORCE_ORG_ID", default="")
SALESFORCE_CLIENT_NAME = env("SALESFORCE_CLIENT_NAME", default="hermes")
SALESFORCE_TIMEOUT_SECONDS = env.float("SALESFORCE_TIMEOUT_SECONDS", default=30)
SALESFORCE_LOAN_OBJECT = env("SALESFORCE_LOAN_OBJECT", default="Loan__c")
SALESFORCE_LOAN_OFFICER_FIELD = env("SALESFORCE_LOAN_OFFICER_FIELD", default="Loan_Officer__c")
# text, lookup or owner; auto asks the org which it is
SALESFORCE_LOAN_OFFICER_MODE = env("SALESFORCE_LOAN_OFFICER_MODE", default="auto")
# One or several, separated by ;
SALESFORCE_LOAN_OFFICER = env("SALESFORCE_LOAN_OFFICER", default="")
SALESFORCE_LOAN_OFFICER_USER_ID = env("SALESFORCE_LOAN_OFFICER_USER_ID", default="")
# keep or stop: what becomes of a loan that we have when its officer changes
SALESFORCE_LOAN_OFFICER_CHANGE_POLICY = env("SALESFORCE_LOAN_OFFICER_CHANGE_POLICY", default="keep")
SALESFORCE_PRIMARY_BORROWER_FIELD = env(
    "SALESFORCE_PRIMARY_BORROWER_FIELD", default="Primary_Borrower__c"
)
SALESFORCE_STAGE_FIELD = env("SALESFORCE_STAGE_FIELD", default="Stage__c")
SALESFORCE_AMOUNT_FIELD = env("SALESFORCE_AMOUNT_FIELD", default="Amount__c")
SALESFORCE_CLOSE_DATE_FIELD = env("SALESFORCE_CLOSE_DATE_FIELD", default="CloseDate__c")
SALESFORCE_LOAN_NUMBER_FIELD = env("SALESFORCE_LOAN_NUMBER_FIELD", default="")
# {borrower_name}, {loan_number} and {name} are filled in; empty: the loan's own name
SALESFORCE_TITLE_TEMPLATE = env("SALESFORCE_TITLE_TEMPLATE", default="")
SALESFORCE_CURRENCY = env("SALESFORCE_CURRENCY", default="")
SALESFORCE_TIMEZONE = env("SALESFORCE_TIMEZONE", default="UTC")
# JSON as text, as docs/integrations/salesforce.md shows it.
SALESFORCE_COBORROWER_FIELDS = env("SALESFORCE_COBORROWER_FIELDS", default="")
# The same: integrations/salesforce/field_map.py reads them, and a check refuses nonsense.
SALESFORCE_FIELD_MAP = env("SALESFORCE_FIELD_MAP", default="")
SALESFORCE_CONTACT_FIELD_MAP = env("SALESFORCE_CONTACT_FIELD_MAP", default="")
SALESFORCE_STAGE_MAP = env("SALESFORCE_STAGE_MAP", default="")
# Where new loans go whose status is not mapped; empty: where the mapped ones go
SALESFORCE_PIPELINE = env("SALESFORCE_PIPELINE", default="")
# always, create_only or fill_blank: what becomes of a borrower's name, e-mail and phone
SALESFORCE_PERSON_UPDATE = env("SALESFORCE_PERSON_UPDATE", default="always")
# skip or create: loans without a borrower
SALESFORCE_WITHOUT_BORROWER = env("SALESFORCE_WITHOUT_BORROWER", default="skip")
# Whether what changes here goes to Salesforce where staff have not said otherwise.
SALESFORCE_WRITE_ENABLED = env.bool("SALESFORCE_WRITE_ENABLED", default=False)
SALESFORCE_CURSOR_FIELD = env("SALESFORCE_CURSOR_FIELD", default="SystemModstamp")
SALESFORCE_POLL_INTERVAL_MINUTES = env.int("SALESFORCE_POLL_INTERVAL_MINUTES", default=5)
SALESFORCE_LOOKBACK_SECONDS = env.int("SALESFORCE_LOOKBACK_SECONDS", default=600)
# none, all, or since:2026-01-31
SALESFORCE_INITIAL_SYNC = env("SALESFORCE_INITIAL_SYNC", default="none")
SALESFORCE_API_BUDGET_PERCENT = env.int("SALESFORCE_API_BUDGET_PERCENT", default=80)
SALESFORCE_REQUESTS_PER_MINUTE = env.int("SALESFORCE_REQUESTS_PER_MINUTE", default=600)
# The newest first; several while they are changed.
SALESFORCE_RELAY_SECRETS = env.list("SALESFORCE_RELAY_SECRETS", default=[])
SALESFORCE_RELAY_TOLERANCE_SECONDS = env.int("SALESFORCE_RELAY_TOLERANCE_SECONDS", default=300)
SALESFORCE_OUTBOUND_TOKEN = env("SALESFORCE_OUTBOUND_TOKEN", default="")
# Messages without a good signature or address that one sender gets an answer to in a minute.
SALESFORCE_REFUSALS_PER_MINUTE = env.int("SALESFORCE_REFUSALS_PER_MINUTE", default=30)
