"""Settings of the calls that visitors book, from the environment. Part of ``settings``."""

from ipaddress import ip_network

from hermes.environment import Env

env = Env()

# What tells when a team member is busy and keeps the calls: as meetings.calendars.Calendar.
CALENDAR_BACKEND = env("CALENDAR_BACKEND", default="") or (
    "integrations.google_calendar.calendar.GoogleCalendar"
    if env("GOOGLE_SERVICE_ACCOUNT", default="")
    else "meetings.calendars.NoCalendar"
)
# Where the calendar invites guests by itself: the domain of its events' UIDs, so that what
# Hermes sends is the same entry in their calendars.
CALENDAR_UID_DOMAIN = env("CALENDAR_UID_DOMAIN", default="") or (
    "google.com" if CALENDAR_BACKEND.endswith(".GoogleCalendar") else ""
)
# Who knows what team members are called in other systems: a meetings.elsewhere.Directory.
TEAM_DIRECTORY = "integrations.directory.Links"
# Signs the links with which customers book support calls. Without it there are none.
SUPPORT_LINK_KEY = env("SUPPORT_LINK_KEY", default="")
SUPPORT_LINK_TTL_DAYS = env.int("SUPPORT_LINK_TTL_DAYS", default=4)
# Where such a link leads: this, and the host's number.
CALLBOOKER_BASE_URL = env("CALLBOOKER_BASE_URL", default="").rstrip("/")
CALLBOOKER_READS_PER_MINUTE = env.int("CALLBOOKER_READS_PER_MINUTE", default=20)
CALLBOOKER_BOOKINGS_PER_MINUTE = env.int("CALLBOOKER_BOOKINGS_PER_MINUTE", default=5)
# Who sends the form sooner after it was opened is no person; without a proof of work, thrice.
CALLBOOKER_FASTEST_SECONDS = env.float("CALLBOOKER_FASTEST_SECONDS", default=2)
# Proxies whose X-Forwarded-For is believed: addresses, or networks such as 10.0.0.0/8.
TRUSTED_PROXIES = [
    ip_network(each, strict=False) for each in env.list("TRUSTED_PROXIES", default=[])
]

# Whose pages may call the booking API from a browser, without cookies, and show the booking
# page inside of them.
CALLBOOKER_ALLOWED_ORIGINS = env.list("CALLBOOKER_ALLOWED_ORIGINS", default=[])
CORS_ALLOWED_ORIGINS = CALLBOOKER_ALLOWED_ORIGINS
CORS_URLS_REGEX = r"^/(loc|choose-roundrobin|callbooker(?!/support-link/generate))/"
CORS_ALLOW_METHODS = ["GET", "POST", "OPTIONS"]
CORS_ALLOW_HEADERS = ["accept", "content-type"]
CORS_EXPOSE_HEADERS = ["Retry-After"]
