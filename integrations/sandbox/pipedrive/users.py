"""The people of the account, in the shapes of v1."""

from datetime import datetime

COMPANY_ID = 990011
COMPANY_NAME = "Larkfield Tutors"
COMPANY_DOMAIN = "larkfield"


def v1_time(moment: datetime) -> str:
    """As v1 writes times: no zone, and UTC is meant."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def new_user(user_id: int, name: str, email: str, now: datetime) -> dict:
    """A user that was just added."""
    return {
        "id": user_id,
        "name": name,
        "default_currency": "GBP",
        "locale": "en_GB",
        "lang": 1,
        "email": email,
        "phone": None,
        "activated": True,
        "last_login": v1_time(now),
        "created": v1_time(now),
        "modified": v1_time(now),
        "has_created_company": False,
        "access": [{"app": "sales", "admin": True, "permission_set_id": None}],
        "active_flag": True,
        "timezone_name": "Europe/London",
        "timezone_offset": "+00:00",
        "role_id": 1,
        "icon_url": None,
        "is_deleted": False,
    }


def shown(user: dict, token_owner: int) -> dict:
    """As the user calls answer it."""
    return user | {"is_you": user["id"] == token_owner}


def me(user: dict) -> dict:
    """As ``/users/me`` answers it."""
    return shown(user, user["id"]) | {
        "company_id": COMPANY_ID,
        "company_name": COMPANY_NAME,
        "company_domain": COMPANY_DOMAIN,
        "company_country": "GB",
        "company_industry": None,
        "language": {"language_code": "en", "country_code": "GB"},
    }


ACTIVITY_TYPES = [
    {
        "id": position,
        "name": name,
        "icon_key": key,
        "color": None,
        "order_nr": position,
        "key_string": key,
        "active_flag": True,
        "is_custom_flag": False,
        "add_time": "2025-11-03T10:00:00Z",
        "update_time": "2025-11-03T10:00:00Z",
    }
    for position, (key, name) in enumerate(
        [
            ("call", "Call"),
            ("meeting", "Meeting"),
            ("task", "Task"),
            ("deadline", "Deadline"),
            ("email", "Email"),
            ("lunch", "Lunch"),
        ],
        start=1,
    )
]
