"""Reading NDW's JSON objects field by field: a wrong type is an absent value, never a crash."""

from datetime import datetime
from functools import lru_cache
from sys import intern
from typing import Any

from chargesphere.core.clock import parse_instant

Json = dict[str, Any]


class UnreadableError(ValueError):
    """The record cannot be used; ``str(error)`` is the named reason."""


MAX_TEXT = 500
"""Longer texts are no names or addresses; they are cut rather than shown."""


def text(record: Json, key: str) -> str:
    """The words of a field with single spaces, or nothing."""
    value = record.get(key)
    if value is None:
        return ""
    if isinstance(value, str):
        return " ".join(storable(value).split())[:MAX_TEXT]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def storable(value: str) -> str:
    """The text without what JSON allows and PostgreSQL cannot keep: U+0000 and lone surrogates."""
    if value.isascii():
        return value.replace("\x00", "")
    return value.replace("\x00", "").encode("utf-8", "replace").decode()


def word(record: Json, key: str) -> str:
    """A word of a closed list, as it stands; shared in memory."""
    value = record.get(key)
    return intern(value) if isinstance(value, str) else ""


def number(record: Json, key: str) -> float | None:
    """A number, also one written as text; None when there is none."""
    value = record.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def instant(record: Json, key: str) -> datetime | None:
    """A time in UTC; None when there is none that can be read."""
    value = record.get(key)
    if not isinstance(value, str):
        return None
    try:
        return parse_instant(value)
    except (ValueError, OverflowError):
        return None


def objects(record: Json, key: str) -> list[Json]:
    """The objects of a list, or none."""
    value = record.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def words(record: Json, key: str) -> tuple[str, ...]:
    """The texts of a list, or none; equal lists become one object in memory."""
    value = record.get(key)
    if not isinstance(value, list) or not value:
        return ()
    try:
        return _words(tuple(value))
    except TypeError:  # Something in it cannot be hashed: no text either.
        return _words(tuple(item for item in value if isinstance(item, str)))


@lru_cache(maxsize=50_000)
def _words(value: tuple[object, ...]) -> tuple[str, ...]:
    return tuple(intern(storable(item)) for item in value if isinstance(item, str) and item)


def an_object(record: Json, key: str) -> Json:
    """An object, empty when there is none."""
    value = record.get(key)
    return value if isinstance(value, dict) else {}
