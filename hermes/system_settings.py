"""Settings of the outside systems, from the environment. Part of ``settings``."""

import environ

env = environ.Env()

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
