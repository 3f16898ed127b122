"""Opening hours: a week in local time, whether it is open now, and the week in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MINUTES_A_DAY = 1440
MINUTES_A_WEEK = 7 * MINUTES_A_DAY
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Period = tuple[int, int, int]
"""``(weekday 0=Monday, opening minute, closing minute)``; above 1440 reaches into the next day."""


class Hours(Protocol):
    """Anything that says when it is open: around the clock, or in periods of local time."""

    @property
    def always(self) -> bool:
        """Around the clock."""

    @property
    def periods(self) -> Sequence[Period]:
        """The week; empty with ``always`` False means that nobody knows."""


@dataclass(frozen=True, slots=True)
class Week:
    """Opening hours as the catalogue keeps them."""

    always: bool = False
    periods: tuple[Period, ...] = ()
    text: str = ""

    @classmethod
    def from_json(cls, value: Mapping[str, Any] | None) -> "Week | None":
        """Read ``{"always", "periods", "text"}``; None stays None: nobody knows."""
        if value is None:
            return None
        periods = tuple((int(d), int(a), int(b)) for d, a, b in value.get("periods", ()))
        return cls(bool(value.get("always")), periods, str(value.get("text") or ""))


def is_open(hours: Hours | None, time_zone: str, now: datetime) -> bool | None:
    """Whether it is open at ``now``; None when the hours or the time zone are not known."""
    if hours is None:
        return None
    if hours.always:
        return True
    zone = _zone(time_zone)
    if zone is None or not hours.periods:
        return None
    minute = _minute_of_week(now.astimezone(zone))
    return any(_holds(period, minute) for period in hours.periods)


def next_change(hours: Hours | None, time_zone: str, now: datetime) -> datetime | None:
    """When it next opens or closes, in its local time; None when that is never or not known."""
    open_now = is_open(hours, time_zone, now)
    zone = _zone(time_zone)
    if hours is None or open_now is None or hours.always or zone is None:
        return None
    local = now.astimezone(zone).replace(second=0, microsecond=0)
    minute = _minute_of_week(local)
    edges = {
        (edge - minute) % MINUTES_A_WEEK or MINUTES_A_WEEK
        for day, begin, end in hours.periods
        for edge in (day * MINUTES_A_DAY + begin, day * MINUTES_A_DAY + end)
    }
    for wait in sorted(edges):
        then = (minute + wait) % MINUTES_A_WEEK
        if any(_holds(period, then) for period in hours.periods) != open_now:
            # Wall-clock arithmetic on purpose: a sign that says 07:00 means it on clock-change day.
            return local + timedelta(minutes=wait)
    return None


def week_in_words(hours: Hours | None) -> tuple[tuple[str, str], ...]:
    """The week as ``(days, hours)`` lines, equal days together; empty when nobody knows.

    ``(("Monday to Friday", "07:00 to 22:00"), ("Saturday", "09:00 to 13:00, 14:00 to 18:00"),
    ("Sunday", "closed"))``
    """
    if hours is None:
        return ()
    if hours.always:
        return (("Every day", "open around the clock"),)
    if not hours.periods:
        return ()
    days = [_day_in_words(hours.periods, day) for day in range(7)]
    lines: list[tuple[str, str]] = []
    first = 0
    for day in range(1, 8):
        if day == 7 or days[day] != days[first]:
            lines.append((days_in_words(tuple(range(first, day))), days[first]))
            first = day
    return tuple(lines)


def days_in_words(days: Sequence[int]) -> str:
    """Weekdays (0=Monday) as a person says them: ``Monday to Friday``, ``Saturday and Sunday``."""
    unique = sorted(set(days))
    if len(unique) == 7:
        return "Every day"
    if len(unique) > 2 and unique[-1] - unique[0] == len(unique) - 1:
        return f"{DAYS[unique[0]]} to {DAYS[unique[-1]]}"
    names = [DAYS[day] for day in unique]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1] if names else "")))


def clock_in_words(minute: int) -> str:
    """Minutes after midnight as ``07:30``; midnight at the end of a day is ``24:00``."""
    if minute > MINUTES_A_DAY:
        minute -= MINUTES_A_DAY
    return f"{minute // 60:02d}:{minute % 60:02d}"


def local_time(time_zone: str, now: datetime) -> datetime:
    """``now`` on the clock of that zone; UTC where the zone is not known."""
    return now.astimezone(_zone(time_zone) or UTC)


def _day_in_words(periods: Sequence[Period], day: int) -> str:
    spans = sorted({(begin, end) for weekday, begin, end in periods if weekday == day})
    if (0, MINUTES_A_DAY) in spans:
        return "all day"
    words = [f"{clock_in_words(begin)} to {clock_in_words(end)}" for begin, end in spans]
    return ", ".join(words) or "closed"


def _holds(period: Period, minute_of_week: int) -> bool:
    day, begin, end = period
    start = day * MINUTES_A_DAY + begin
    return (minute_of_week - start) % MINUTES_A_WEEK < end - begin


def _minute_of_week(local: datetime) -> int:
    return local.weekday() * MINUTES_A_DAY + local.hour * 60 + local.minute


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
