"""Salesforce with the Jungo package: log-in, versioned REST, SOQL, change events.

All of it stands below ``/salesforce``, which is the org's own domain; ``/salesforce/login``
is the host at which every org logs in. What people do to records, and what the org is made
to do, is under ``/_sandbox/salesforce/``.
"""

SYSTEM = "salesforce"
