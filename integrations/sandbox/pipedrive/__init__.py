"""Pipedrive, as its API v2, its remaining v1 and its webhooks show it."""

SYSTEM = "pipedrive"
