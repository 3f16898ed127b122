"""The demo's stations in words: names, addresses, plugs, hours and amenities as their region has them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

import numpy as np

from chargesphere.core.vocabulary import (
    Access,
    Amenity,
    ConnectorFormat,
    ConnectorType,
    Current,
    Parking,
    Payment,
)
from chargesphere.providers.catalogues.demo_countries import COUNTRIES
from chargesphere.providers.catalogues.demo_places import Floats, Towns
from chargesphere.providers.catalogues.demo_plan import (
    AC_KW,
    CAR_PARK,
    DC_KW,
    HOTEL,
    HUB,
    KINDS,
    MALL,
    MARKET,
    MOTORWAY,
    WORK,
    Plan,
)
from chargesphere.providers.catalogues.demo_statuses import States
from chargesphere.providers.catalogues.demo_tariffs import FIRST_DAY
from chargesphere.providers.catalogues.demo_words import (
    BRANDS,
    LANGUAGES,
    POSTCODES,
    Brand,
    Language,
)
from chargesphere.providers.catalogues.port import (
    Address,
    ChargePointRecord,
    ConnectorRecord,
    OpeningHours,
    Operator,
    SiteRecord,
)


class SiteWriter:
    """Turns the numbers of a plan into records."""

    def __init__(self, towns: Towns, plan: Plan, states: States, seed: int) -> None:
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
        brand = _pick_brand(code, kind >= HUB or dc > ac, dice[1])
        city = self._towns.name[town]
        name, street = _name_and_street(LANGUAGES[country.language], kind, brand.name, city, dice)
        source_id = f"{self._seed}-{number:05d}"
        has_operator = dice[5] > 0.04 or kind >= HUB
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
            updated_at=FIRST_DAY - timedelta(days=int(dice[6] * 700)),
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
        slow = _choose(AC_KW[region], dice[11])
        fast = _choose(DC_KW.get(kind, (50.0,)), dice[11])
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
                    reservable=kind == HOTEL,
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
    if kind == WORK:
        return Access.RESTRICTED if die < 0.4 else Access.PUBLIC
    if kind == HOTEL and die < 0.15:
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
    if kind in (MARKET, MALL):
        return _SHOP_HOURS[int(die * 4)]
    if kind == CAR_PARK:
        return _GARAGE_HOURS[int(die * 4)]
    if kind == WORK:
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
    MARKET: frozenset({Amenity.SUPERMARKET}),
    MALL: frozenset({Amenity.SHOP}),
    HOTEL: frozenset({Amenity.HOTEL}),
    MOTORWAY: frozenset({Amenity.TOILETS}),
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
    if die < 0.05 and kind in (MARKET, HOTEL, MALL):
        return f"{brand}-{country}-free"
    return f"{brand}-{country}"
