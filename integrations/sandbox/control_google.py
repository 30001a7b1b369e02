"""Google by hand: whose calendars there are, and what people do in them."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote

from integrations.sandbox.control_input import Refused, json_object, only
from integrations.sandbox.google import by_hand, times
from integrations.sandbox.routing import Request, Routes

if TYPE_CHECKING:
    from integrations.sandbox.google.account import Calendar
    from integrations.sandbox.google.system import Google

WEEK = timedelta(days=7)


class GoogleControl:
    """``/_sandbox/google/...``."""

    def __init__(self, google: "Google") -> None:
        self._google = google
        self._account = google.account

    def add_routes(self, routes: Routes, prefix: str) -> None:
        """Calendars, what is in them, mails and tokens."""
        calendar = "/calendars/{calendar}"
        event = calendar + "/events/{event}"
        for method, path, handler in (
            ("GET", "/state", self.state),
            ("GET", "/calendars", self.list),
            ("POST", "/calendars", self.create),
            ("GET", calendar, self.week),
            ("PATCH", calendar, self.set_readable),
            ("POST", calendar + "/busy", self.draw),
            ("DELETE", calendar + "/busy/{id}", self.erase),
            ("POST", calendar + "/events", self.add),
            ("PATCH", event, self.change),
            ("POST", event + "/move", self.move),
            ("POST", event + "/cancel", self.cancel),
            ("POST", event + "/restore", self.restore),
            ("GET", "/mails", self.mails),
            ("POST", "/tokens", self.refuse_tokens),
            ("POST", "/tokens/forget", self.forget_tokens),
            ("POST", "/sync-tokens/forget", self.forget_sync_tokens),
        ):
            routes.add(method, prefix + "/google" + path, handler)

    def state(self, _request: Request | None = None) -> dict:
        """In numbers."""
        with self._account.lock:
            return {
                "calendars": len(self._account.calendars),
                "events": sum(len(_alive(one)) for one in self._account.calendars.values()),
                "mails": len(self._account.mails),
                "token_refusal": self._google.tokens.refusal,
            }

    def list(self, _request: Request) -> dict:
        """All calendars."""
        with self._account.lock:
            return {
                "calendars": [
                    {"id": one.id, "readable": one.readable, "events": len(_alive(one))}
                    for one in self._account.calendars.values()
                ]
            }

    def create(self, request: Request) -> dict:
        """The calendar of ``email``."""
        email = only(json_object(request), "email").get("email")
        if not isinstance(email, str) or "@" not in email or "/" in email:
            raise Refused("email is an e-mail address")
        return {"calendar": self._account.add_calendar(email.strip()).as_json()}

    def week(self, request: Request, calendar: str) -> dict:
        """Seven days of it, from the day ``from`` (YYYY-MM-DD) on."""
        text = dict(request.query).get("from", "") or f"{self._account.clock.now():%Y-%m-%d}"
        start = times.moment(f"{text}T00:00:00Z", "from")
        with self._account.lock:
            one = by_hand.calendar(self._account, unquote(calendar))
            shown = [each for each in one.events.values() if _meets(times.span(each), start)]
            drawn = [each for each in one.busy if _meets(_span(each), start)]
        return {
            "calendar": {"id": one.id, "readable": one.readable},
            "from": text,
            "busy": sorted(drawn, key=_span),
            "events": sorted(shown, key=times.span),
        }

    def set_readable(self, request: Request, calendar: str) -> dict:
        """``readable``: false has the API answer "not found"."""
        readable = only(json_object(request), "readable").get("readable")
        if not isinstance(readable, bool):
            raise Refused("readable is true or false")
        by_hand.set_readable(self._account, unquote(calendar), readable)
        return {"readable": readable}

    def draw(self, request: Request, calendar: str) -> dict:
        """Busy from ``start`` to ``end``."""
        body = only(json_object(request), "start", "end")
        drawn = by_hand.draw(self._account, unquote(calendar), body.get("start"), body.get("end"))
        return {"busy": drawn}

    def erase(self, _request: Request, calendar: str, id: str) -> dict:
        """Not busy then."""
        by_hand.erase(self._account, unquote(calendar), int(id))
        return {"erased": int(id)}

    def add(self, request: Request, calendar: str) -> dict:
        """An event of the person's own, as the API takes one."""
        return {"event": by_hand.add(self._account, unquote(calendar), json_object(request))}

    def change(self, request: Request, calendar: str, event: str) -> dict:
        """The keys of the body, as the API takes them."""
        body = json_object(request)
        return {"event": by_hand.change(self._account, unquote(calendar), event, body)}

    def move(self, request: Request, calendar: str, event: str) -> dict:
        """To ``start`` and ``end``."""
        body = only(json_object(request), "start", "end")
        email = unquote(calendar)
        moved = by_hand.move(self._account, email, event, body.get("start"), body.get("end"))
        return {"event": moved}

    def cancel(self, _request: Request, calendar: str, event: str) -> dict:
        """Into the bin."""
        return {"event": by_hand.cancel(self._account, unquote(calendar), event)}

    def restore(self, _request: Request, calendar: str, event: str) -> dict:
        """Out of the bin."""
        return {"event": by_hand.restore(self._account, unquote(calendar), event)}

    def mails(self, _request: Request) -> dict:
        """What guests would have got."""
        with self._account.lock:
            return {"mails": list(self._account.mails)}

    def refuse_tokens(self, request: Request) -> dict:
        """``error``: what the token endpoint answers; empty: it gives tokens."""
        self._google.tokens.refuse(only(json_object(request), "error").get("error"))
        return self.state()

    def forget_tokens(self, _request: Request) -> dict:
        """No token that was given out is valid any more."""
        self._google.tokens.forget()
        return self.state()

    def forget_sync_tokens(self, _request: Request) -> dict:
        """All sync tokens so far are too old: 410."""
        self._google.forget_sync_tokens()
        return self.state()


def _alive(calendar: "Calendar") -> list[dict]:
    return [event for event in calendar.events.values() if event["status"] != "cancelled"]


def _span(drawn: dict) -> tuple[datetime, datetime]:
    return times.moment(drawn["start"], "start"), times.moment(drawn["end"], "end")


def _meets(taken: tuple[datetime, datetime], start: datetime) -> bool:
    return taken[0] < start + WEEK and taken[1] > start
