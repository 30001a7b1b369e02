"""The charset of Content-Type, by which Django reads an address before any middleware runs."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.utils.http import parse_header_parameters

#: Whatever is in an address can be read in it and written again.
READ = "utf-8"

REFUSAL = b'{"status": "error", "message": "The charset of Content-Type must be utf-8."}'


class Utf8Only:
    """Refuses what says that it is written otherwise. A name that nobody knows says nothing."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if _is_read(environ):
            return self.application(environ, start_response)
        length = str(len(REFUSAL))
        headers = [("Content-Type", "application/json"), ("Content-Length", length)]
        start_response("415 Unsupported Media Type", headers)
        return [REFUSAL]


def _is_read(environ: dict[str, Any]) -> bool:
    try:
        _kind, named = parse_header_parameters(environ.get("CONTENT_TYPE", ""))
    except (ValueError, LookupError):
        return False
    try:
        return codecs.lookup(named.get("charset", READ)).name == READ
    except LookupError:
        return True
    except ValueError:
        return False
