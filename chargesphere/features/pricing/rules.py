"""Price lists as published (OCPI Tariff objects), as data and in words.

A driver pays prices with VAT, so VAT is added where the list states it. A price list speaks in
*elements*: prices with the conditions under which they hold; for each dimension (energy, time,
parking, session) the first element that fits applies. ``describe`` reads that into parts, and
``in_words`` says each part in one line.

A part's price is a rate per kWh, hour or session, kept as an exact decimal: it becomes an amount
of money (integer minor units) only when it is multiplied by something.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum
from itertools import pairwise
from typing import Any

from chargesphere.core.clock import parse_instant
from chargesphere.core.opening_hours import MINUTES_A_DAY, clock_in_words, days_in_words, local_time

MOST_WINDOWS = 4
"""More times of day than this are summed up as a range: nobody reads forty quarter hours."""

LARGEST_HOURLY_RATE = Decimal(100)
"""Above this a price per hour is most likely one per minute or per day in the wrong unit."""

_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$"}
_WHOLE_CURRENCIES = frozenset({"JPY", "KRW", "ISK", "CLP", "VND", "XAF", "XOF", "XPF"})
_EVERY_DAY = tuple(range(7))


class Kind(StrEnum):
    """What a price is for."""

    ENERGY = "energy"
    TIME = "time"
    PARKING = "parking"
    PLUGGED_IN = "plugged_in"
    """Time and parking at the same price: every hour at the plug, charging or not."""
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class When:
    """When a price holds: weekdays (0=Monday), minutes of the local day, and limits of the session.

    A ``to_minute`` at or before ``from_minute`` reaches into the next day.
    """

    days: tuple[int, ...] = _EVERY_DAY
    from_minute: int = 0
    to_minute: int = MINUTES_A_DAY
    after_s: int = 0
    until_s: int | None = None
    min_kwh: Decimal | None = None
    max_kwh: Decimal | None = None
    min_kw: Decimal | None = None
    max_kw: Decimal | None = None
    reservation: bool = False

    @property
    def all_day(self) -> bool:
        """Whether it holds on any day at any time of day."""
        return self.days == _EVERY_DAY and (self.from_minute, self.to_minute) == (0, MINUTES_A_DAY)

    @property
    def without_clock(self) -> "When":
        """The same without its days and times of day."""
        return replace(self, days=_EVERY_DAY, from_minute=0, to_minute=MINUTES_A_DAY)


ALWAYS = When()


@dataclass(frozen=True, slots=True)
class Part:
    """One price. ``low`` and ``high`` differ where the list gives several for the same moment.

    Attributes:
        otherwise: it holds at the times that the other parts of its kind do not name.
        changes: it stands for many times of day.
        as_of: the day it was last published for, when that is over.
        starts_on: the day it begins, when that is to come.
    """

    kind: Kind
    low: Decimal
    high: Decimal
    when: When = ALWAYS
    otherwise: bool = False
    changes: bool = False
    as_of: date | None = None
    starts_on: date | None = None


@dataclass(frozen=True, slots=True)
class PriceList:
    """A price list as a driver needs it, VAT included where the source states it.

    Attributes:
        vat_included: None where nothing costs anything; False where the source does not say.
        published: False when the source names a list but gives no usable price.
        no_fee: published as costing nothing.
        note: the source's own words, where they are all there is.
    """

    currency: str
    parts: tuple[Part, ...] = ()
    vat_included: bool | None = None
    published: bool = False
    no_fee: bool = False
    least: Decimal | None = None
    most: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Price:
    kind: Kind
    price: Decimal
    vat_known: bool
    when: When
    start: date | None
    end: date | None


def is_no_fee(content: Mapping[str, Any]) -> bool:
    """Whether a price list is published as costing nothing.

    A flat fee of zero as the only component means that no price was published, which is not free.
    """
    prices = list(_prices(content))
    return _says_a_price(prices) and all(price.price == 0 for price in prices)


def describe(content: Mapping[str, Any], currency: str, time_zone: str, now: datetime) -> PriceList:
    """Read a price list as it stands at ``now``; whatever is in it, this does not fail."""
    if has_ended(content, now):
        return PriceList(currency)
    return describe_on(content, currency, local_time(time_zone, now).date())


def has_ended(content: Mapping[str, Any], now: datetime) -> bool:
    """Whether the price list is no longer valid."""
    end = _instant(content.get("end_date_time"))
    return end is not None and end <= now


def describe_on(content: Mapping[str, Any], currency: str, today: date) -> PriceList:
    """Read a price list as it stands on that local day."""
    prices = list(_prices(content))
    if not _says_a_price(prices):
        note = "" if prices else _own_words(content)
        return PriceList(currency, published=bool(note), note=note)
    if all(price.price == 0 for price in prices):
        return PriceList(currency, published=True, no_fee=True)
    kinds = [kind for kind in Kind if any(price.kind is kind for price in prices)]
    parts = tuple(part for kind in kinds for part in _parts_of_kind(prices, kind, today))
    costly = [price for price in prices if price.price > 0]
    return PriceList(
        currency,
        _join_time_and_parking(parts),
        vat_included=all(price.vat_known for price in costly),
        published=True,
        least=_limit(content.get("min_price")),
        most=_limit(content.get("max_price")),
    )


def in_words(prices: PriceList) -> tuple[str, ...]:
    """The price list as short lines, most important first."""
    if prices.note:
        return (prices.note,)
    if not prices.published:
        return ("Price not published",)
    if prices.no_fee:
        return ("Free of charge",)
    lines = [part_in_words(part, prices.currency) for part in prices.parts]
    if prices.least:
        lines.append(f"At least {_money(prices.least, prices.currency)} per session")
    if prices.most:
        lines.append(f"At most {_money(prices.most, prices.currency)} per session")
    lines.append("VAT included" if prices.vat_included else "VAT not stated")
    return tuple(lines)


def headline(lists: Iterable[PriceList]) -> str:
    """All price lists of a station in one short line; empty when none is published."""
    known = [prices for prices in lists if prices.published and not prices.note]
    if not known:
        return ""
    if all(prices.no_fee for prices in known):
        return "Free of charge"
    currency = next(prices.currency for prices in known if not prices.no_fee)
    parts = [p for prices in known if prices.currency == currency for p in prices.parts]
    energy = [part for part in parts if part.kind is Kind.ENERGY]
    if not energy:
        return part_in_words(parts[0], currency) if parts else ""
    low, high = min(part.low for part in energy), max(part.high for part in energy)
    fees = " plus fees" if any(part.kind is not Kind.ENERGY and part.high for part in parts) else ""
    return f"{_range(low, high, currency)} per kWh{fees}"


def part_in_words(part: Part, currency: str) -> str:
    """One price in one line: ``Monday to Friday, 07:00 to 23:00: € 0.05 per minute after 5 h``."""
    text = f"{_rate(part, currency)}{_limits(part)}"
    if part.otherwise:
        text = f"other times: {text}"
    elif not part.when.all_day:
        text = f"{_clock(part.when)}: {text}"
    if part.when.reservation:
        text = f"for a reservation: {text}"
    if part.changes:
        text += ", changes during the day"
    if part.as_of:
        text += f", as published for {_day(part.as_of)}"
    if part.starts_on:
        text = f"from {_day(part.starts_on)}: {text}"
    if part.kind not in {Kind.ENERGY, Kind.SESSION} and part.high > LARGEST_HOURLY_RATE:
        text += " (as published; it looks wrong)"
    return text[:1].upper() + text[1:]


# Reading what was published.


def _prices(content: Mapping[str, Any]) -> Iterator[_Price]:
    for element in _list(content.get("elements")):
        when, start, end = _conditions(_dict(element.get("restrictions")))
        for component in _list(element.get("price_components")):
            price = _decimal(component.get("price"))
            kind = _KINDS.get(str(component.get("type")))
            if kind is None or price is None or price < 0:
                continue
            vat = _decimal(component.get("vat"))
            taxed = price * (1 + vat / 100) if vat is not None and vat >= 0 else price
            yield _Price(kind, taxed, vat is not None, when, start, end)


_KINDS = {
    "ENERGY": Kind.ENERGY,
    "TIME": Kind.TIME,
    "PARKING_TIME": Kind.PARKING,
    "FLAT": Kind.SESSION,
}


def _says_a_price(prices: Sequence[_Price]) -> bool:
    return any(price.kind is not Kind.SESSION or price.price > 0 for price in prices)


def _conditions(said: Mapping[str, Any]) -> tuple[When, date | None, date | None]:
    begin, end = _minute(said.get("start_time"), 0), _minute(said.get("end_time"), MINUTES_A_DAY)
    if begin == end % MINUTES_A_DAY:
        begin, end = 0, MINUTES_A_DAY
    days = tuple(sorted({_DAYS.index(d) for d in _words(said.get("day_of_week")) if d in _DAYS}))
    until_s = _seconds(said.get("max_duration"))
    when = When(
        days=days or _EVERY_DAY,
        from_minute=begin,
        to_minute=end,
        after_s=_seconds(said.get("min_duration")) or 0,
        # A day or longer is how some sources write "no limit".
        until_s=until_s if until_s and until_s < 86_400 else None,
        min_kwh=_positive(said.get("min_kwh")),
        max_kwh=_positive(said.get("max_kwh")),
        min_kw=_positive(said.get("min_power")),
        max_kw=_positive(said.get("max_power")),
        reservation=bool(said.get("reservation")),
    )
    return when, _date(said.get("start_date")), _date(said.get("end_date"))


def _minute(value: object, default: int) -> int:
    hour, _, minute = str(value or "").partition(":")
    if not (hour.isdecimal() and minute[:2].isdecimal()):
        return default
    total = int(hour) * 60 + int(minute[:2])
    # "06:59" and "23:59" mean up to the full hour.
    total += 1 if default and total % 5 == 4 else 0
    return min(total, MINUTES_A_DAY) or default


def _own_words(content: Mapping[str, Any]) -> str:
    texts = [text for text in _list(content.get("tariff_alt_text")) if text.get("text")]
    english = [text for text in texts if text.get("language") == "en"]
    for text in english or texts:
        return " ".join(str(text["text"]).split())[:300]
    return ""


def _limit(value: object) -> Decimal | None:
    said = _dict(value)
    return _positive(said.get("incl_vat")) or _positive(said.get("excl_vat"))


def _list(value: object) -> list[Mapping[str, Any]]:
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _words(value: object) -> list[str]:
    return [str(word) for word in value] if isinstance(value, list) else []


def _decimal(value: object) -> Decimal | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 1_000_000 else None


def _positive(value: object) -> Decimal | None:
    number = _decimal(value)
    return number if number is not None and number > 0 else None


def _seconds(value: object) -> int | None:
    number = _positive(value)
    return None if number is None else int(number)


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _instant(value: object) -> datetime | None:
    try:
        return parse_instant(str(value)) if value else None
    except ValueError:
        return None


# From elements to parts.


def _parts_of_kind(prices: Sequence[_Price], kind: Kind, today: date) -> list[Part]:
    own = [price for price in prices if price.kind is kind]
    if len(own) == 1 and own[0].when == ALWAYS and not (own[0].start or own[0].end):
        return _without_nothing([Part(kind, own[0].price, own[0].price)], kind, prices)
    current, as_of, starts_on = _in_force(own, today)
    dated = any(price.start and price.end for price in current)
    parts = _merge_windows(_same_conditions(current))
    windows = [part for part in parts if not part.when.all_day]
    if len(windows) > MOST_WINDOWS or (dated and len(windows) > 1):
        parts = _summed_up(windows) + ([] if dated else [p for p in parts if p.when.all_day])
        parts = _summed_up(parts)
    else:
        parts = _with_the_rest(parts)
    parts = _without_nothing(parts, kind, prices)
    return [replace(part, as_of=as_of, starts_on=starts_on) for part in parts]


def _in_force(
    prices: Sequence[_Price], today: date
) -> tuple[list[_Price], date | None, date | None]:
    """The prices that hold today, else the next that will, else the last that did."""
    running = [p for p in prices if not (p.end and p.end < today)]
    current = [p for p in running if not (p.start and p.start > today)]
    if current:
        return current, None, None
    if running:
        first = min(p.start for p in running if p.start)
        return [p for p in running if p.start == first], None, first
    ends = [p.end for p in prices if p.end]
    return list(prices), max(ends) if ends else None, None


def _same_conditions(prices: Iterable[_Price]) -> list[Part]:
    """One part for each set of conditions; a price for these days goes before one for all days."""
    gathered: dict[When, list[_Price]] = defaultdict(list)
    for price in prices:
        gathered[price.when].append(price)
    parts = []
    for when, alike in gathered.items():
        amounts = [p.price for p in alike if p.end] or [p.price for p in alike]
        parts.append(Part(alike[0].kind, min(amounts), max(amounts), when))
    return parts


def _merge_windows(parts: Sequence[Part]) -> list[Part]:
    """Neighbouring times of day at one price become one, over midnight too."""
    merged = sorted(parts, key=lambda p: (p.when.days, p.when.after_s, p.when.from_minute))
    changed = True
    while changed:
        changed = False
        for one in merged:
            other = next((p for p in merged if p is not one and _follows(one, p)), None)
            if other is not None:
                merged = [p for p in merged if p is not one and p is not other]
                merged.append(replace(one, when=_joined(one.when, other.when)))
                changed = True
                break
    return sorted(merged, key=lambda p: (p.when.after_s, p.when.days, p.when.from_minute))


def _follows(one: Part, other: Part) -> bool:
    if (one.low, one.high) != (other.low, other.high):
        return False
    if one.when.all_day or other.when.all_day:
        return False
    if replace(one.when.without_clock, days=one.when.days) != replace(
        other.when.without_clock, days=other.when.days
    ):
        return False
    return one.when.to_minute % MINUTES_A_DAY == other.when.from_minute


def _joined(one: When, other: When) -> When:
    if other.to_minute % MINUTES_A_DAY == one.from_minute:
        return replace(one, from_minute=0, to_minute=MINUTES_A_DAY)
    return replace(one, to_minute=other.to_minute)


def _summed_up(parts: Sequence[Part]) -> list[Part]:
    if len(parts) < 2:
        return list(parts)
    low, high = min(p.low for p in parts), max(p.high for p in parts)
    return [Part(parts[0].kind, low, high, parts[0].when.without_clock, changes=low != high)]


def _with_the_rest(parts: Sequence[Part]) -> list[Part]:
    """Windows first, then what holds at other times; one part where they are the same."""
    result: list[Part] = []
    for base in dict.fromkeys(part.when.without_clock for part in parts):
        alike = [part for part in parts if part.when.without_clock == base]
        windows = [part for part in alike if not part.when.all_day]
        rest = [part for part in alike if part.when.all_day]
        if rest and all((w.low, w.high) == (rest[0].low, rest[0].high) for w in windows):
            result += rest
        elif rest and _covers_the_day(windows):
            result += windows
        else:
            result += windows + [replace(part, otherwise=bool(windows)) for part in rest]
    return result


def _covers_the_day(windows: Sequence[Part]) -> bool:
    if any(part.when.days != _EVERY_DAY for part in windows):
        return False
    spans = sorted((part.when.from_minute, part.when.to_minute) for part in windows)
    chained = all(end % MINUTES_A_DAY == begin for (_, end), (begin, _) in pairwise(spans))
    return bool(spans) and chained and spans[-1][1] % MINUTES_A_DAY == spans[0][0]


def _without_nothing(parts: list[Part], kind: Kind, prices: Sequence[_Price]) -> list[Part]:
    """Parts that cost nothing are said only where leaving them out would mislead."""
    if all(part.high == 0 for part in parts):
        return parts[:1] if kind is Kind.ENERGY and any(p.price for p in prices) else []
    # "08:00 to 22:00: 30 cents" says already that other times, and "after 30 min" that the first
    # 30 minutes, cost nothing. Only a time of day that is spared from a price must be said.
    spared = (part.when.until_s is None and not part.when.all_day for part in parts)
    return [part for part, said in zip(parts, spared, strict=True) if part.high > 0 or said]


def _join_time_and_parking(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    parking = {replace(p, kind=Kind.TIME) for p in parts if p.kind is Kind.PARKING}
    both = {p for p in parts if p.kind is Kind.TIME and p in parking}
    kept = []
    for part in parts:
        if part in both:
            kept.append(replace(part, kind=Kind.PLUGGED_IN))
        elif not (part.kind is Kind.PARKING and replace(part, kind=Kind.TIME) in both):
            kept.append(part)
    return tuple(kept)


# From parts to words.


def _rate(part: Part, currency: str) -> str:
    low, high, unit = part.low, part.high, _UNITS[part.kind]
    if part.high == 0:
        return f"no charge {unit.format('hour')}"
    if part.kind in {Kind.TIME, Kind.PARKING, Kind.PLUGGED_IN}:
        if _reads_per_minute(low) and _reads_per_minute(high):
            return f"{_range(low / 60, high / 60, currency)} {unit.format('minute')}"
        return f"{_range(low, high, currency)} {unit.format('hour')}"
    return f"{_range(low, high, currency)} {unit}"


_UNITS = {
    Kind.ENERGY: "per kWh",
    Kind.SESSION: "per session",
    Kind.TIME: "per {}",
    Kind.PARKING: "per {} when no longer charging",
    Kind.PLUGGED_IN: "per {} plugged in",
}


def _reads_per_minute(hourly: Decimal) -> bool:
    """Whether the price a minute is a whole number of cents, give or take one in two hundred."""
    cents = hourly / 60 * 100
    whole = cents.quantize(Decimal(1), ROUND_HALF_UP)
    return whole >= 5 and abs(cents - whole) <= whole / 200


def _range(low: Decimal, high: Decimal, currency: str) -> str:
    first, last = _amount(low, currency), _amount(high, currency)
    return _with_symbol(first if first == last else f"{first} to {last}", currency)


def _money(amount: Decimal, currency: str) -> str:
    return _with_symbol(_amount(amount, currency), currency)


def _with_symbol(text: str, currency: str) -> str:
    return f"{_SYMBOLS.get(currency, currency)} {text}"


def _amount(amount: Decimal, currency: str) -> str:
    places = 0 if currency in _WHOLE_CURRENCIES else 2
    if 0 < amount < Decimal(1).scaleb(-places):
        places += 2
    return f"{amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)}"


def _limits(part: Part) -> str:
    when, words = part.when, []
    if when.after_s:
        words.append(f"after {_duration(when.after_s)}")
    if when.until_s:
        words.append(f"for the first {_duration(when.until_s)}" if not when.after_s else "")
        words.append(f"until {_duration(when.until_s)}" if when.after_s else "")
    if when.min_kwh:
        words.append(f"above {when.min_kwh:f} kWh")
    if when.max_kwh:
        words.append(f"up to {when.max_kwh:f} kWh")
    if when.min_kw:
        words.append(f"above {when.min_kw:f} kW")
    if when.max_kw:
        words.append(f"up to {when.max_kw:f} kW")
    return "".join(f" {word}" for word in words if word)


def _duration(seconds: int) -> str:
    minutes = round(seconds / 60)
    if minutes and minutes % 60 == 0:
        return f"{minutes // 60} h"
    if minutes > 90:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min" if minutes else f"{seconds} s"


def _clock(when: When) -> str:
    words = [] if when.days == _EVERY_DAY else [days_in_words(when.days)]
    if (when.from_minute, when.to_minute) != (0, MINUTES_A_DAY):
        words.append(f"{clock_in_words(when.from_minute)} to {clock_in_words(when.to_minute)}")
    return ", ".join(words)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
