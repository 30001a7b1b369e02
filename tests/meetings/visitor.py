"""A visitor at the booking page without JavaScript: what is sent is what the page has."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from typing import Any

from django.test import Client

DETAILS = {
    "name": "Ines Duarte",
    "email": "ines@brightpath.example",
    "phone": "+351 21 555 0100",
    "company_name": "Brightpath",
}


class _Form(HTMLParser):
    """The values with which a form would be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.times: list[str] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "")
        if tag == "input" and name == "time":
            self.times.append(given["value"])
        if tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self.values[self._select] = given["value"]
        elif tag == "input" and name and (kind != "radio" or "checked" in given):
            self.values[name] = given.get("value", "")


class Visitor:
    """Opens pages, fills in the form that is there, and presses its buttons."""

    def __init__(self, **headers: str) -> None:
        self.client = Client(raise_request_exception=True)
        self.headers = headers
        self.address = ""
        self.values: dict[str, str] = {}
        self.times: list[str] = []
        self.response: Any = None

    def open(self, address: str) -> Any:
        self.address = address
        return self._read(self.client.get(address, headers=self.headers))

    def press(self, value: str, button: str = "go", **typed: Any) -> Any:
        sent = {**self.values, **typed, button: value}
        return self._read(self.client.post(self.address, sent, headers=self.headers))

    def follow(self) -> Any:
        return self.open(self.response.headers["Location"])

    def _read(self, response: Any) -> Any:
        self.response = response
        if response.status_code != 303:
            form = _Form()
            form.feed(self.html)
            self.values, self.times = form.values, form.times
        return response

    @property
    def html(self) -> str:
        return str(self.response.content.decode())

    @property
    def text(self) -> str:
        """What can be read on the page."""
        body = re.sub(r"<[^>]*>", " ", self.html.partition("<body")[2].partition(">")[2])
        return " ".join(html.unescape(body).split())

    @property
    def title(self) -> str:
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.html, re.DOTALL)
        return " ".join(html.unescape(found[1]).split()) if found else ""

    # -- the steps -----------------------------------------------------------------------

    def start(self, plan: str = "payg", country: str = "PT", **typed: Any) -> Any:
        self.open("/book/")
        return self.press("times", plan=plan, country=country, **typed)

    def book(self, time: str = "", **typed: Any) -> Any:
        return self.press("book", **{**DETAILS, "time": time or self.times[0], **typed})
