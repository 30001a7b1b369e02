"""Recursive descent, from text to ``Query``."""

from datetime import UTC, date, datetime

from integrations.sandbox.salesforce.errors import Refusal
from integrations.sandbox.salesforce.soql.syntax import (
    Comparison,
    Condition,
    Joined,
    Literal,
    Name,
    Not,
    Order,
    Query,
    refusal,
)
from integrations.sandbox.salesforce.soql.tokens import Token, pattern, tokens, unquoted

COMPARED = {"=", "!=", "<>", "<", "<=", ">", ">="}
_CONSTANTS = {"TRUE": ("boolean", True), "FALSE": ("boolean", False), "NULL": ("null", None)}


def parse(text: str) -> Query:
    """A query.

    Raises:
        Refusal: MALFORMED_QUERY.
    """
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._next = 0

    def query(self) -> Query:
        self._expect("SELECT")
        select = self._several(self._name)
        self._expect("FROM")
        entity = self._name()
        where = self._condition() if self._take("WHERE") else None
        order = self._several(self._order) if self._take_all("ORDER", "BY") else ()
        limit = self._limit() if self._take("LIMIT") else None
        if self._ahead.kind != "end":
            raise self._unexpected()
        return Query(select, entity, where, order, limit)

    # -- conditions --------------------------------------------------------------------

    def _condition(self) -> Condition:
        parts, word = [self._term()], ""
        while self._ahead.word in ("AND", "OR"):
            # AND and OR side by side need parentheses.
            if word and self._ahead.word != word:
                raise self._unexpected()
            word = self._advance().word
            parts.append(self._term())
        return Joined(word, tuple(parts)) if word else parts[0]

    def _term(self) -> Condition:
        if self._take("NOT"):
            return Not(self._term())
        if self._take("("):
            inner = self._condition()
            self._expect(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Comparison:
        field = self._name()
        if self._take("LIKE"):
            return Comparison(field, "LIKE", (self._pattern(),))
        if self._take("IN"):
            return Comparison(field, "IN", self._list())
        if self._take_all("NOT", "IN"):
            return Comparison(field, "NOT IN", self._list())
        if self._ahead.text not in COMPARED:
            raise self._unexpected()
        operator = self._advance().text.replace("<>", "!=")
        return Comparison(field, operator, (self._literal(),))

    def _list(self) -> tuple[Literal, ...]:
        self._expect("(")
        values = self._several(self._literal)
        self._expect(")")
        return values

    def _pattern(self) -> Literal:
        if self._ahead.kind != "string":
            raise self._unexpected()
        token = self._advance()
        return Literal("string", pattern(token.text), token.at)

    def _literal(self) -> Literal:
        token = self._ahead
        if token.kind == "name" and token.word in _CONSTANTS:
            kind, value = _CONSTANTS[token.word]
        elif token.kind in _VALUES:
            kind, value = token.kind, self._value(token)
        else:
            raise self._unexpected()
        self._advance()
        return Literal(kind, value, token.at)

    def _value(self, token: Token) -> object:
        try:
            return _VALUES[token.kind](token.text)
        except ValueError as error:
            why = f"invalid {token.kind}: {token.text}"
            raise refusal(self._text, token.at, "MALFORMED_QUERY", why) from error

    # -- order and limit ---------------------------------------------------------------

    def _order(self) -> Order:
        field = self._name()
        descending = bool(self._take("DESC"))
        if not descending:
            self._take("ASC")
        nulls_last = False
        if self._take("NULLS"):
            nulls_last = bool(self._take("LAST"))
            if not nulls_last:
                self._expect("FIRST")
        return Order(field, descending, nulls_last)

    def _limit(self) -> int:
        if not self._ahead.text.isdigit():
            raise self._unexpected()
        return int(self._advance().text)

    # -- tokens ------------------------------------------------------------------------

    @property
    def _ahead(self) -> Token:
        return self._tokens[self._next]

    def _advance(self) -> Token:
        self._next += 1
        return self._tokens[self._next - 1]

    def _take(self, word: str) -> Token | None:
        return self._advance() if self._ahead.word == word else None

    def _take_all(self, first: str, second: str) -> bool:
        if not self._take(first):
            return False
        self._expect(second)
        return True

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise self._unexpected()

    def _name(self) -> Name:
        if self._ahead.kind != "name":
            raise self._unexpected()
        token = self._advance()
        return Name(token.text, token.at)

    def _several(self, one):
        found = [one()]
        while self._take(","):
            found.append(one())
        return tuple(found)

    def _unexpected(self) -> Refusal:
        token = self._ahead
        why = f"unexpected token: '{token.text}'"
        return refusal(self._text, token.at, "MALFORMED_QUERY", why)


def _seconds(text: str) -> str:
    """In the form in which rows have it; smaller than a second does not count."""
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


_VALUES = {
    "string": unquoted,
    "number": float,
    "date": lambda text: date.fromisoformat(text).isoformat(),
    "datetime": _seconds,
}
