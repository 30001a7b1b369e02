"""What came with a control call."""

from integrations.sandbox.routing import Request


class Refused(ValueError):
    """A control call that makes no sense."""


def json_object(request: Request) -> dict:
    """The body, which is an object.

    Raises:
        Refused: It is something else.
    """
    body = request.json()
    if not isinstance(body, dict):
        raise Refused("The body is an object")
    return body


def number(request: Request, name: str) -> int:
    """A number in the query; 0 when it is not there.

    Raises:
        Refused: It is no number.
    """
    text = dict(request.query).get(name, "0")
    if not (text.isascii() and text.isdigit()):
        raise Refused(f"{name} is a number")
    return int(text)


def only(body: dict, *names: str) -> dict:
    """The body, which has no other keys.

    Raises:
        Refused: It has one.
    """
    if unknown := body.keys() - set(names):
        raise Refused(f"{', '.join(sorted(unknown))}: only {', '.join(names)} may be given")
    return body
