"""Google: the token endpoint of service accounts, and Calendar with its real wire format.

Tokens are at ``/token``, the API is at ``/calendar/v3/``. Whose calendars there are, what is
drawn into them by hand, and the mails that guests would have got, is under ``/_sandbox/google/``.
"""

SYSTEM = "google"
