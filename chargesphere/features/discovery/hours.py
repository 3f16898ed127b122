"""Which stations are open now, asked once for each kind of opening hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chargesphere.core.opening_hours import Period, Week, is_open


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours and the zone they are meant in; many stations share one."""

    always: bool
    periods: tuple[Period, ...]
    time_zone: str

    @classmethod
    def of(cls, content: Mapping[str, Any] | None, time_zone: str) -> "Hours | None":
        """Read what the catalogue keeps; None when it does not say when."""
        week = Week.from_json(content)
        if week is None or not (week.always or week.periods):
            return None
        # Around the clock is the same everywhere.
        return cls(True, (), "") if week.always else cls(False, week.periods, time_zone)


class OpenHours:
    """Which of many opening hours are open now; worked out at most once a minute."""

    def __init__(self, hours: Sequence[Hours | None]) -> None:
        self._hours = hours
        self._minute = -1
        self._open: NDArray[np.uint8] = np.zeros(len(hours), np.uint8)

    def at(self, now: datetime) -> NDArray[np.uint8]:
        """One flag per opening hours: 1 when it is known to be open."""
        minute = int(now.timestamp() // 60)
        if minute != self._minute:
            known = [h is not None and bool(is_open(h, h.time_zone, now)) for h in self._hours]
            self._open, self._minute = np.array(known, np.uint8), minute
        return self._open
