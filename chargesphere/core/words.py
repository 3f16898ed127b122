"""Words as people type them: without accents, case and punctuation."""

import re
import unicodedata
from functools import lru_cache

LONGEST_WORD = 40
"""Longer words are cut: nobody types them whole."""

MOST_WORDS = 8
"""Words of a question beyond these are ignored."""

_MARKS = re.compile(r"[\u0300-\u036f\u0591-\u05c7\u064b-\u065f]")
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = re.compile(r"(?<=\w)['’ʼ`´](?=\w)")
# Letters that Unicode does not take apart.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})  # fmt: skip


def fold(text: str) -> str:
    """The text in lower case without accents: ``Ålesund`` and ``alesund`` are the same."""
    if text.isascii():
        return text.lower()
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFC", plain.casefold()).translate(_LETTERS)


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text))]


def names_words(text: str) -> list[str]:
    """The folded words by which a name may be asked for: ``Xi'an`` is xi, an and xian."""
    found = words(text)
    joined = _APOSTROPHES.sub("", text)
    return found if joined == text else found + [w for w in words(joined) if w not in found]


def joined(text: str) -> str:
    """The folded text as one word: ``1012 AB`` and ``1012ab`` are the same."""
    return "".join(_WORD.findall(fold(text)))[:LONGEST_WORD]


@lru_cache(maxsize=256)
def readings(question: str) -> tuple[tuple[str, ...], ...]:
    """The ways to read a question as words, the plainest first.

    People part words where an index does not (``1012 AB``, ``New York`` for ``newyork``), so that
    neighbours are read as one word too, and all of them together.
    """
    plain = tuple(words(question)[:MOST_WORDS])
    found = [plain] if plain else []
    if len(plain) > 2:
        found += [
            (*plain[:i], plain[i] + plain[i + 1], *plain[i + 2 :]) for i in range(len(plain) - 1)
        ]
    if len(plain) > 1:
        found.append(("".join(plain)[:LONGEST_WORD],))
    return tuple(found)
