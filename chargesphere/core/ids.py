"""Ids that stay: made from what the source calls a thing, the same on every machine."""

import hashlib
import unicodedata

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: nothing reads as something else.


def stable_id(*parts: str) -> str:
    """A 13-character id (``[0-9a-z]``, 64 bits) that depends on the parts alone."""
    digest = hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).digest()
    number = int.from_bytes(digest)
    letters = []
    for _ in range(13):
        number, rest = divmod(number, 32)
        letters.append(_ALPHABET[rest])
    return "".join(letters)


def slug(name: str) -> str:
    """The name as lower-case words joined by dashes, for ids that people read."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join("".join(c if c.isalnum() else " " for c in plain).split())[:40]
