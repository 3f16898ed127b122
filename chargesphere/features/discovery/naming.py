"""Names a person can read.

Thousands of stations are published under an operator's code (``TNLP015184``), under the name of
the contract they were built for, or under their own address written once more. On the street they
are known by street and number, so that comes first then, and the code is kept to be shown small.
"""

import re
from dataclasses import dataclass

FALLBACK = "Charging station"

_SPACES = re.compile(r"\s+")
_JUNK = re.compile(r"[\x00-\x1f\x7f\\]|\[AN null\]|\bnull\b", re.IGNORECASE)
_EDGES = " ,;:/|-–_."
_DUTCH_POSTCODE = re.compile(r"\b\d{4} ?[A-Za-z]{2}\b")
_TOKEN = re.compile(r"[^\s,;/()+|]+")
_SOMEBODYS = re.compile(r"['’]s station\b", re.IGNORECASE)
"""A default of one product, which puts the owner's own name on the map."""

# How operators of the Dutch feed begin the names of their stations: not part of any name.
_PREFIXES = re.compile(
    r"^(?:"
    r"NLD?\s*[,-]\s*|NLD\s+|"
    r"EQUANS SGZH \d\.\d\s*|Equans Groningen Drenthe\s*|EQUANS Fletcher (?:F\d+ )?\s*|"
    r"Eneco eMobility\s*|Shell Recharge(?: NL\d*)?\s*[-,]?\s+|"
    r"Moobi - [A-Z0-9]+ -\s*|Gemeente\s+(?=.*,)"
    r")",
    re.IGNORECASE,
)

# These say what it is, which a map of charging stations says already.
_GENERIC = frozenset(
    [
        "laadpaal",
        "laadpalen",
        "laadstation",
        "laadplein",
        "laadpunt",
        "lader",
        "laders",
        "oplader",
        "charger",
        "charging",
        "chargingstation",
        "charge",
        "station",
        "stations",
        "ladestation",
        "ladesäule",
        "ladepunkt",
        "point",
        "duo",
        "paal",
        "lp",
        "cp",
        "public",
        "openbaar",
        "null",
        "evse",
        "nld",
        "the",
        "ac",
        "dc",
        "kw",
    ]
)
_SMALL_WORDS = frozenset(
    [
        "de",
        "het",
        "een",
        "van",
        "der",
        "den",
        "ter",
        "ten",
        "te",
        "aan",
        "in",
        "op",
        "en",
        "bij",
        "voor",
        "und",
        "am",
        "an",
        "im",
        "zum",
        "zur",
        "von",
        "la",
        "le",
        "du",
        "des",
        "of",
        "the",
        "at",
    ]
)
_UNKNOWN_OPERATORS = frozenset({"onbekend", "unknown", "unbekannt", "n/a", "none", "-"})
_NUMBER_LAST = frozenset({"NL", "DE", "AT"})
"""Where the house number follows the street."""


@dataclass(frozen=True, slots=True)
class Title:
    """What to call a station, and the operator's own code where the published name was one."""

    text: str
    code: str = ""


def station_title(
    name: str,
    *,
    operator: str = "",
    street: str = "",
    city: str = "",
    postcode: str = "",
    country: str = "",
) -> Title:
    """A name a person can read, never empty."""
    published = _clean(name)
    address = tidy_street(street, city=city, country=country)
    own = _without_prefixes(published, operator, city)
    spare = _spare_tokens(own, f"{street} {address} {city} {postcode} {operator}")
    if any(_is_readable(token) for token in spare) and not (address and _SOMEBODYS.search(own)):
        text, code = _split_trailing_code(_without_address(own, address))
        return Title(_first_word_upper(_tidy_capitals(text.replace("_", " "))), code)
    fallback = (address if any(c.isalpha() for c in address) else "") or ", ".join(
        filter(None, (tidy_operator(operator), tidy_city(city)))
    )
    code = "" if _SOMEBODYS.search(own) else _code_of(own, spare)
    return Title(fallback or code or FALLBACK, code if fallback else "")


def tidy_street(street: str, *, city: str = "", country: str = "") -> str:
    """Street and number as an address is written there: no city in it, no shouting."""
    text = _clean(street)
    parts = text.split(",")
    keep = [
        part.strip()
        for position, part in enumerate(parts)
        if position == 0 or not _is_elsewhere(part.strip(), city)
    ]
    text = ", ".join(filter(None, keep))
    if country in _NUMBER_LAST:
        text = re.sub(r"^(\d+[A-Z]?) (\D.+)$", r"\2 \1", text)
    return _first_upper(_tidy_capitals(text))


def tidy_city(city: str) -> str:
    """The place name, no shouting and no whisper; a number is no city."""
    text = _clean(city)
    if not any(c.isalpha() for c in text):
        return ""
    return _tidy_capitals(_first_upper(text))


def tidy_operator(name: str) -> str:
    """The operator as people write it; empty where the source says that it does not know."""
    text = _clean(name)
    if text.casefold() in _UNKNOWN_OPERATORS:
        return ""
    if text.islower():
        return _first_upper(text)
    # Short names in capitals are brands (IONITY, EQUANS); long ones are shouted.
    return text.capitalize() if text.isupper() and text.isalpha() and len(text) > 7 else text


def _clean(text: str) -> str:
    return _SPACES.sub(" ", _JUNK.sub(" ", text)).strip().strip(",;|").strip()


def _without_prefixes(name: str, operator: str, city: str) -> str:
    before = None
    while before != name:
        before = name
        name = _PREFIXES.sub("", name, count=1).lstrip(_EDGES)
        rest = _after(name, f"{operator} ") if operator else name
        # "Lidl Breda" keeps its Lidl: one word alone would be no name.
        if rest != name and (" " in rest or not _is_readable(rest)):
            name = rest
        name = _after(name, f"{city}/") if city else name
    return name


def _after(text: str, start: str) -> str:
    found = text.casefold().startswith(start.casefold())
    return text[len(start) :].lstrip(_EDGES) if found else text


def _spare_tokens(name: str, known: str) -> list[str]:
    """The words of the name that the address and the operator do not say."""
    heard = {_bare(token) for token in _TOKEN.findall(known)}
    text = _DUTCH_POSTCODE.sub(" ", name)
    pieces = [part for token in _TOKEN.findall(text) for part in _halves(token)]
    return [piece for piece in pieces if _bare(piece) and _bare(piece) not in heard]


def _halves(token: str) -> list[str]:
    # "Kantoor_zijde" is words, "DAE_NL_2000712" is one code.
    return token.split("_") if "_" in token and not any(c.isdigit() for c in token) else [token]


def _bare(token: str) -> str:
    return token.casefold().strip("-–.'\"’&*:")


def _is_readable(token: str) -> bool:
    word = _bare(token)
    if word in _GENERIC or _is_code(token):
        return False
    letters = sum(c.isalpha() for c in word)
    if letters >= 4:
        return True
    return letters == 3 and not token.isupper() and any(c in "aeiouyéèöäü" for c in word)


def _is_code(token: str) -> bool:
    digits = sum(c.isdigit() for c in token)
    if not digits:
        return "*" in token
    if "*" in token or "_" in token or digits == len(token):
        return True
    if re.fullmatch(r"[0-9a-fA-F-]{16,}", token):
        return True
    return digits >= 3 and not any(c.islower() for c in token)


def _without_address(name: str, address: str) -> str:
    """The name without its own address at the end, unless nothing is left to read."""
    if address and name.casefold().endswith(address.casefold()):
        before = name[: -len(address)]
        rest = before.rstrip(_EDGES)
        if before[-1:] in {" ", ",", "/"} and any(
            _is_readable(token) for token in _TOKEN.findall(rest)
        ):
            return rest
    return name


def _split_trailing_code(name: str) -> tuple[str, str]:
    head, _, tail = name.rpartition(" ")
    digits = sum(c.isdigit() for c in tail)
    if _DUTCH_POSTCODE.fullmatch(tail):
        return name, ""
    if digits >= 4 and any(c.isalpha() for c in tail) and _is_code(tail) and head:
        rest = head.rstrip(_EDGES)
        if any(_is_readable(token) for token in _TOKEN.findall(rest)):
            return rest, tail
    return name, ""


def _code_of(name: str, spare: list[str]) -> str:
    """What is left to show small: the operator's own number, not a repeated address."""
    if len(spare) == len(_TOKEN.findall(name)):
        return name if any(c.isdigit() for c in name) else ""
    return " ".join(token.strip("-–.'") for token in spare if _is_code(token) and len(token) >= 5)


def _is_elsewhere(part: str, city: str) -> bool:
    """Whether a part of a street line is really postcode, city or country."""
    text = _DUTCH_POSTCODE.sub("", part).strip()
    return text.casefold() in {"", "nl", "nld", "nederland", "netherlands", city.casefold()}


def _tidy_capitals(text: str) -> str:
    """Shouted words in small letters; mixed case is left as published."""
    letters = [c for c in text if c.isalpha()]
    if len(letters) < 4 or any(c.islower() for c in letters):
        return text
    words = [_tidy_word(word, first=index == 0) for index, word in enumerate(text.split(" "))]
    return " ".join(words)


def _tidy_word(word: str, *, first: bool) -> str:
    if any(c.isdigit() for c in word):
        return word
    if word.casefold() in _SMALL_WORDS:
        return word.capitalize() if first else word.lower()
    if sum(c.isalpha() for c in word) <= 3:
        return word  # BV, NS, KLM: initials.
    if word.casefold().startswith("'s-"):
        return f"'s-{_capitalised(word[3:])}"
    return _capitalised(word)


def _capitalised(word: str) -> str:
    parts = [
        f"IJ{p[2:].lower()}" if p.startswith("IJ") else p.capitalize() for p in word.split("-")
    ]
    return "-".join(parts)


def _first_word_upper(text: str) -> str:
    first = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if first.islower() and first.isalpha() else text


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:] if text.islower() else text
