"""Cursors: where a page ended, as text that nobody needs to understand.

A cursor names the last row by its sort keys and id, so the next page begins after it whatever was
written in between. It belongs to one question: with other filters it is refused.
"""

import base64
import binascii
import hashlib
import hmac
import math
from dataclasses import dataclass

import orjson

from chargesphere.errors import InvalidError

_MARK_BYTES = 8


@dataclass(frozen=True, slots=True, order=True)
class RowPlace:
    """Where a row stands in an order: its sort keys, then its id."""

    first: float
    second: float
    id: str


def encode(place: RowPlace, question: str, secret: str) -> str:
    """The cursor of the page after this row."""
    body = orjson.dumps([place.first, place.second, place.id])
    mark = _mark(body, question, secret)
    return base64.urlsafe_b64encode(mark + body).rstrip(b"=").decode()


def decode(cursor: str, question: str, secret: str) -> RowPlace:
    """The row that the cursor names.

    Raises:
        InvalidError: it is no cursor of ours, or of another question.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        mark, body = raw[:_MARK_BYTES], raw[_MARK_BYTES:]
        if not hmac.compare_digest(mark, _mark(body, question, secret)):
            raise ValueError("another question")
        first, second, station_id = orjson.loads(body)
        place = RowPlace(float(first), float(second), str(station_id))
        if not (math.isfinite(place.first) and math.isfinite(place.second)):
            raise ValueError("no place in any order")
    except (ValueError, TypeError, binascii.Error):
        raise InvalidError(
            "cursor", "is not one that this list gave: begin without a cursor"
        ) from None
    return place


def _mark(body: bytes, question: str, secret: str) -> bytes:
    key = hashlib.blake2b(secret.encode()).digest()
    return hmac.digest(key, question.encode() + b"\n" + body, "sha256")[:_MARK_BYTES]
