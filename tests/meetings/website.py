"""The public website, as it calls the booking API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.test import Client

#: A Tuesday on which nobody has anything to do; 10:00 in London.
NINE = datetime(2030, 6, 4, 9, tzinfo=UTC)

INES = {
    "name": "Ines Duarte",
    "email": "ines@brightpath.example",
    "phone": "+351 21 555 0100",
    "company_name": "Brightpath",
    "country": "PT",
    "currency": "EUR",
    "estimated_income": "4000",
    "website": "https://brightpath.example",
    "price_plan": "payg",
    "utm_source": "search",
    "utm_campaign": "autumn",
}


def sales_call(host: Any, at: datetime = NINE, **values: Any) -> dict[str, Any]:
    return {**INES, "admin_id": getattr(host, "pk", host), "meeting_dt": at.isoformat(), **values}


def support_call(host: Any, company: Any, at: datetime = NINE, **values: Any) -> dict[str, Any]:
    return {
        "name": INES["name"],
        "email": INES["email"],
        "admin_id": getattr(host, "pk", host),
        "company_id": getattr(company, "pk", company),
        "meeting_dt": at.isoformat(),
        **values,
    }


class Website:
    """Posts and gets JSON; no cookie travels."""

    def __init__(self) -> None:
        self.client = Client(raise_request_exception=True)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.client.post(path, body, content_type="application/json", **headers)

    def book(self, host: Any, at: datetime = NINE, **values: Any) -> Any:
        return self.post("/callbooker/sales/book/", sales_call(host, at, **values))

    def book_support(self, host: Any, company: Any, at: datetime = NINE, **values: Any) -> Any:
        return self.post("/callbooker/support/book/", support_call(host, company, at, **values))

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path, query)

    def slots(self, host: Any, start: Any, end: Any) -> list[str]:
        """When the offered calls start."""
        asked = {"admin_id": getattr(host, "pk", host), "start_dt": start, "end_dt": end}
        response = self.get("/callbooker/availability/", **asked)
        assert response.status_code == 200, response.content
        return [slot[0] for slot in response.json()["slots"]]
