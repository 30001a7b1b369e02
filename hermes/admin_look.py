"""The settings of the admin's theme."""

from __future__ import annotations

from django.templatetags.static import static

UNFOLD = {
    "SITE_TITLE": "Hermes",
    "SITE_HEADER": "Hermes",
    "SITE_SYMBOL": "sync_alt",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("hermes/icon.svg"),
        }
    ],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "hermes.dashboard.dashboard",
    "ENVIRONMENT": "hermes.admin_site.environment",
    "STYLES": [lambda request: static("hermes/admin.css")],
    "SCRIPTS": [lambda request: static("hermes/admin.js")],
    "SIDEBAR": {"navigation": "hermes.admin_site.menu"},
}
