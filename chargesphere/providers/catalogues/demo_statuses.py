"""What the demo's charge points are doing at a given time: invented, but with the habits of the day."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from chargesphere.core.vocabulary import Status
from chargesphere.providers.catalogues.demo_places import Floats, Ints
from chargesphere.providers.catalogues.demo_plan import Plan

_BUSY_BY_HOUR = {
    "home": (0.58, 0.56, 0.5, 0.44, 0.4, 0.38, 0.36, 0.34, 0.33, 0.34, 0.35, 0.36,
             0.36, 0.36, 0.37, 0.39, 0.43, 0.48, 0.54, 0.58, 0.6, 0.6, 0.6, 0.59),
    "shop": (0.03, 0.02, 0.02, 0.02, 0.02, 0.03, 0.06, 0.12, 0.22, 0.36, 0.46, 0.52,
             0.55, 0.53, 0.5, 0.5, 0.54, 0.58, 0.52, 0.38, 0.22, 0.12, 0.07, 0.04),
    "desk": (0.05, 0.05, 0.05, 0.05, 0.05, 0.06, 0.14, 0.36, 0.62, 0.72, 0.74, 0.72,
             0.66, 0.66, 0.66, 0.6, 0.46, 0.28, 0.14, 0.08, 0.06, 0.06, 0.05, 0.05),
    "road": (0.06, 0.05, 0.04, 0.04, 0.05, 0.08, 0.14, 0.22, 0.29, 0.35, 0.42, 0.47,
             0.5, 0.47, 0.44, 0.46, 0.52, 0.55, 0.48, 0.38, 0.28, 0.2, 0.13, 0.09),
}  # fmt: skip
"""The chance that a charge point is in use, by the hour of the sun."""

_RHYTHM = ("home", "shop", "shop", "shop", "home", "desk", "road", "road")
_SESSION_S = (14_400, 9_000, 3_600, 5_400, 28_800, 18_000, 2_100, 1_800)


@dataclass(frozen=True)
class States:
    """Statuses of all charge points, one after the other; ``start`` is where each station's begin."""

    start: list[int]
    status: list[Status]
    since_s: list[int]


_STATUS_BY_NUMBER = (
    Status.AVAILABLE,
    Status.CHARGING,
    Status.RESERVED,
    Status.BLOCKED,
    Status.OUT_OF_ORDER,
    Status.INOPERATIVE,
    Status.UNKNOWN,
    Status.PLANNED,
)


_CHARGING, _PLANNED = 1, 7
_TROUBLES = ((2, 0.004), (3, 0.004), (4, 0.018), (5, 0.006), (6, 0.012))
"""Numbers of the rarer statuses and how many charge points have them at any time."""


def states_at(plan: Plan, seed: int, now: datetime) -> States:
    """Every charge point's status and since when; the same for the same plan, seed and time.

    A charge point lives in slots of its kind's session length; the hour of the sun where it
    stands decides how many of them are used.
    """
    points = plan.ac + plan.dc
    site = np.repeat(np.arange(len(points)), points)
    at = int(now.timestamp())
    life = _Life(plan, site, seed)
    number, since = life.sessions(at)
    trouble = life.chance(at // 43_200)
    for status, share in _TROUBLES:
        hit = (trouble >= 0) & (trouble < share)
        number[hit] = status
        trouble = np.where(hit, -1.0, trouble - share)
    troubled = number > _CHARGING
    since[troubled] = at - 3_600 - (life.chance(-2)[troubled] * 36_000).astype(np.int64)
    number[plan.dice[site, 4] < 0.006] = _PLANNED
    start = np.concatenate([[0], np.cumsum(points)])
    statuses = [_STATUS_BY_NUMBER[n] for n in number.tolist()]
    return States(start.tolist(), statuses, since.tolist())


class _Life:
    """The sessions of all charge points."""

    def __init__(self, plan: Plan, site: Ints, seed: int) -> None:
        kind = plan.kind[site]
        self._seed = seed
        self._number = np.arange(len(site), dtype=np.uint64)
        self._lon = plan.spots.lon[site]
        self._popular = 0.5 + plan.dice[site, 3]
        self._length = np.array(_SESSION_S)[kind]
        self._phase = (self.chance(-1) * self._length).astype(np.int64)
        self._busy = np.array([_BUSY_BY_HOUR[name] for name in _RHYTHM])
        self._kind = kind

    def sessions(self, at: int) -> tuple[Ints, Ints]:
        """1 where a car charges at that second, else 0; and the second since when."""
        slot = (at + self._phase) // self._length
        used = self._used(slot)
        # A free charge point has been free since its last session ended, a few slots ago at most.
        free_slots = np.zeros(len(slot), dtype=np.int64)
        idle = ~used
        for back in range(1, 4):
            idle &= ~self._used(slot - back)
            free_slots[idle] = back
        since = (slot - free_slots) * self._length - self._phase
        return used.astype(np.int64), since

    def _used(self, slot: Ints) -> NDArray[np.bool_]:
        middle = slot * self._length - self._phase + self._length // 2
        hour = ((middle + self._lon * 240).astype(np.int64) // 3_600) % 24
        share = np.minimum(self._busy[self._kind, hour] * self._popular, 0.95)
        return np.asarray(self.chance(slot) < share)

    def chance(self, salt: int | Ints) -> Floats:
        """An even number from 0 to 1 for every charge point: splitmix64 of it, the seed and a salt."""
        mixed = np.asarray(salt, dtype=np.int64).astype(np.uint64)
        x = self._number * np.uint64(0x9E3779B97F4A7C15) + mixed * np.uint64(0xD1B54A32D192ED03)
        x = x + np.uint64((self._seed * 0x2545F4914F6CDD1D) % 2**64)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray((x ^ (x >> np.uint64(31))) / 2.0**64)
