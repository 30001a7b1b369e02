"""SOAP's envelopes, read without trust: no document type, no entities. Prefixes vary."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree


def contents(body: bytes) -> list[Element]:
    """What stands in the body of an envelope.

    Raises:
        ValueError: It is no XML, or has a document type.
    """
    try:
        root = ElementTree.fromstring(body, forbid_dtd=True)
    except (ParseError, ValueError, LookupError, RecursionError):
        raise ValueError("no XML without a document type") from None
    # Only what stands in its place: the fields of a record may have any name.
    return [each for envelope in children(root, "Body") for each in envelope]


def children(parent: Element, name: str) -> Iterator[Element]:
    """Those of a name, whatever prefix it has."""
    return (each for each in parent if local(each.tag) == name)


def text(parent: Element, name: str) -> str:
    """What the first child of a name says; empty where there is none."""
    return next((each.text or "" for each in children(parent, name)), "").strip()


def within(parent: Element, name: str) -> str:
    """The same of what it contains at any depth."""
    return next((each.text or "" for each in parent.iter() if local(each.tag) == name), "").strip()


def local(tag: Any) -> str:
    """A name without its prefix."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
