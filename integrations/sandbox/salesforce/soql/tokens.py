"""A query's text, cut into words, signs and values."""

import re
from dataclasses import dataclass

from integrations.sandbox.salesforce.errors import Refusal

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<string>'(?:[^'\\]|\\.)*')
  | (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)(?![\w:]))
  | (?P<date>\d{4}-\d\d-\d\d(?![\w:-]))
  | (?P<number>[+-]?\d+(?:\.\d+)?(?![\w:-]))
  | (?P<name>[A-Za-z]\w*(?:\.[A-Za-z]\w*)*)
  | (?P<sign><=|>=|!=|<>|[=<>(),])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_MEANT = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
#: Those that only LIKE knows; everywhere else they are themselves.
_WILDCARDS = "_%"


@dataclass(frozen=True)
class Token:
    """One of them; ``kind`` is a group of ``_TOKEN``, or ``end``."""

    kind: str
    text: str
    at: int

    @property
    def word(self) -> str:
        """In capitals: keywords have no case."""
        return self.text.upper()


def tokens(text: str) -> list[Token]:
    """All, and an ``end``.

    Raises:
        Refusal: Something that no query has.
    """
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            line = text.count("\n", 0, at) + 1
            why = f"line {line}:{at} no viable alternative at character '{text[at]}'"
            raise Refusal(400, "MALFORMED_QUERY", why)
        if match.lastgroup != "space":
            found.append(Token(str(match.lastgroup), match[0], at))
        at = match.end()
    return [*found, Token("end", "<EOF>", len(text))]


def unquoted(quoted: str) -> str:
    """What a quoted text means.

    Raises:
        Refusal: An escape that there is not.
    """
    return _ESCAPED.sub(lambda match: _meant(match, quoted), quoted[1:-1])


def pattern(quoted: str) -> re.Pattern:
    """What a quoted text means to LIKE: ``%`` is any text, ``_`` any character."""
    parts, at, inner = [], 0, quoted[1:-1]
    while at < len(inner):
        escaped = _ESCAPED.match(inner, at)
        if escaped:
            parts.append(re.escape(_meant(escaped, quoted)))
        else:
            parts.append({"%": ".*", "_": "."}.get(inner[at]) or re.escape(inner[at]))
        at = escaped.end() if escaped else at + 1
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)


def _meant(match: re.Match, quoted: str) -> str:
    mark = match[1]
    if len(mark) == 5:
        return chr(int(mark[1:], 16))
    if mark in _WILDCARDS:
        return mark
    if mark not in _MEANT:
        why = f"Invalid string literal {quoted}. Illegal character sequence '\\{mark}'"
        raise Refusal(400, "MALFORMED_QUERY", why)
    return _MEANT[mark]
