"""From stored facts to what is shown: pure, for a list row and for the whole station."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from chargesphere.core.geo import Point, distance_m
from chargesphere.core.opening_hours import Week, is_open, local_time
from chargesphere.core.vocabulary import (
    Access,
    Amenity,
    ConnectorFormat,
    ConnectorType,
    Parking,
    Payment,
    Status,
)
from chargesphere.features.availability.rules import effective_status
from chargesphere.features.discovery.naming import (
    Title,
    station_title,
    tidy_city,
    tidy_operator,
    tidy_street,
)
from chargesphere.features.discovery.rules import HIDDEN_STATUSES, Filters
from chargesphere.features.discovery.store import (
    ConnectorFacts,
    FeedFacts,
    PointFacts,
    RecordFacts,
    StationFacts,
    TariffFacts,
    TariffKey,
)
from chargesphere.features.discovery.views import (
    AddressView,
    ChargePointView,
    ConnectorView,
    HoursView,
    OperatorView,
    PlugSummary,
    PriceView,
    SourceView,
    StationDetail,
    StationSummary,
)
from chargesphere.features.pricing.rules import (
    PriceList,
    describe_on,
    has_ended,
    headline,
    in_words,
    is_no_fee,
)

_PLUG_NAMES = {
    ConnectorType.TYPE1: "Type 1",
    ConnectorType.TYPE2: "Type 2",
    ConnectorType.TYPE3: "Type 3",
    ConnectorType.CCS1: "CCS 1",
    ConnectorType.CCS2: "CCS",
    ConnectorType.CHADEMO: "CHAdeMO",
    ConnectorType.NACS: "NACS",
    ConnectorType.MCS: "MCS",
    ConnectorType.GBT_AC: "GB/T AC",
    ConnectorType.GBT_DC: "GB/T DC",
}


class PriceBook:
    """Price lists already read today: the same few stand at thousands of stations."""

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._read: dict[tuple[str, str, str, date], PriceList] = {}

    def describe(self, tariff: TariffFacts, time_zone: str, now: datetime) -> PriceList:
        """The price list as it stands there now."""
        if has_ended(tariff.content, now):
            return PriceList(tariff.currency)
        today = local_time(time_zone, now).date()
        key = (tariff.source, tariff.source_id, tariff.fingerprint, today)
        known = self._read.get(key)
        if known is None:
            if len(self._read) >= self._most:
                self._read.clear()
            known = self._read[key] = describe_on(tariff.content, tariff.currency, today)
        return known


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The facts that stations share: sources and price lists."""

    feeds: Mapping[str, FeedFacts]
    tariffs: Mapping[TariffKey, TariffFacts]
    book: PriceBook

    def fresh(self, source: str, now: datetime) -> bool:
        """Whether this source's statuses can still be believed."""
        feed = self.feeds.get(source)
        return feed is not None and feed.freshness.is_fresh(now)

    def observed_at(self, source: str) -> datetime | None:
        """When this source's statuses were seen; None for a source without any."""
        feed = self.feeds.get(source)
        return feed.freshness.observed_at if feed and feed.freshness.has_status else None


@dataclass(frozen=True, slots=True)
class Tally:
    """What of a station matches: strongest plug, free charge points (None: not known), and all."""

    kw: float | None
    free: int | None
    points: int


def title_of(facts: StationFacts) -> Title:
    """What to call the station."""
    return station_title(
        facts.name,
        operator=facts.operator_name,
        street=facts.street,
        city=facts.city,
        postcode=facts.postcode,
        country=facts.country,
    )


def summary(
    facts: StationFacts,
    catalogue: Catalogue,
    filters: Filters,
    near: Point | None,
    now: datetime,
) -> StationSummary:
    """The station as a row of a list."""
    title = title_of(facts)
    statuses = _statuses(facts, catalogue, now)
    tally = matching(facts, statuses, filters, catalogue)
    lists = [
        catalogue.book.describe(tariff, facts.time_zone, now)
        for tariff in _own_tariffs(facts, catalogue)
    ]
    return StationSummary(
        id=facts.id,
        title=title.text,
        code=title.code,
        name=facts.name,
        operator=_operator(facts),
        lat=facts.lat,
        lon=facts.lon,
        address=address_of(facts),
        kw=tally.kw,
        free=tally.free,
        points=tally.points,
        plugs=plugs(facts, statuses),
        open=is_open(Week.from_json(facts.hours), facts.time_zone, now),
        price=headline(lists) or facts.price_text[:120],
        observed_at=_observed_at(facts, catalogue),
        distance_m=None if near is None else distance_m(near, Point(facts.lat, facts.lon)),
        demo=_is_demo(facts, catalogue),
    )


def detail(
    facts: StationFacts, catalogue: Catalogue, records: Sequence[RecordFacts], now: datetime
) -> StationDetail:
    """Everything about the station."""
    title = title_of(facts)
    statuses = _statuses(facts, catalogue, now)
    tally = matching(facts, statuses, Filters(), catalogue)
    week = Week.from_json(facts.hours)
    return StationDetail(
        id=facts.id,
        title=title.text,
        code=title.code,
        name=facts.name,
        operator=_operator(facts),
        lat=facts.lat,
        lon=facts.lon,
        address=address_of(facts),
        time_zone=facts.time_zone,
        access=Access(facts.access),
        open=is_open(week, facts.time_zone, now),
        hours=None if week is None else HoursView(week.always, week.periods, week.text),
        amenities=tuple(Amenity(word) for word in facts.amenities),
        payment=tuple(Payment(word) for word in facts.payment),
        parking=tuple(Parking(word) for word in facts.parking),
        phone=facts.phone,
        directions=facts.directions,
        price_text=facts.price_text,
        charge_points=tuple(
            _charge_point(point, statuses[point.id], catalogue) for point in facts.points
        ),
        plugs=plugs(facts, statuses),
        free=tally.free,
        points=tally.points,
        prices=prices(facts, catalogue, now),
        sources=tuple(_source(record, catalogue) for record in records),
        demo=_is_demo(facts, catalogue),
    )


def matching(
    facts: StationFacts,
    statuses: Mapping[str, Status],
    filters: Filters,
    catalogue: Catalogue,
) -> Tally:
    """What of a station passes the filters, by the rule that the index follows too.

    Everything asked of a plug must hold on one connector of one charge point.
    """
    powers: list[float | None] = []
    free = points = 0
    for point in facts.points:
        status = statuses[point.id]
        passing = [c for c in point.connectors if _passes(point.source, c, filters, catalogue)]
        if not filters.allows_status(status) or not (passing or _asks_nothing(filters)):
            continue
        points += 1
        free += status is Status.AVAILABLE
        powers += [connector.kw for connector in passing]
    known = any(s not in HIDDEN_STATUSES and s is not Status.UNKNOWN for s in statuses.values())
    return Tally(
        max((kw for kw in powers if kw is not None), default=None), free if known else None, points
    )


def plugs(facts: StationFacts, statuses: Mapping[str, Status]) -> tuple[PlugSummary, ...]:
    """Charge points counted by plug and power, strongest first."""
    seen: dict[tuple[str, float | None], list[Status]] = defaultdict(list)
    for point in facts.points:
        if statuses[point.id] in HIDDEN_STATUSES:
            continue
        for key in dict.fromkeys((c.type, c.kw) for c in point.connectors):
            seen[key].append(statuses[point.id])
    known = any(s is not Status.UNKNOWN for found in seen.values() for s in found)
    ordered = sorted(seen.items(), key=lambda item: (-(item[0][1] or 0.0), item[0][0]))
    return tuple(
        PlugSummary(
            ConnectorType(kind),
            kw,
            len(found),
            sum(s is Status.AVAILABLE for s in found) if known else None,
        )
        for (kind, kw), found in ordered
    )


def prices(facts: StationFacts, catalogue: Catalogue, now: datetime) -> tuple[PriceView, ...]:
    """The price lists in words, those that say the same about the same plugs told once."""
    where: dict[TariffKey, list[str]] = defaultdict(list)
    for point in facts.points:
        for connector in point.connectors:
            for tariff_id in connector.tariff_ids:
                where[point.source, tariff_id].append(_plug_name(connector))
    told: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[tuple[str, PriceList]]]
    told = defaultdict(list)
    for tariff in _own_tariffs(facts, catalogue):
        described = catalogue.book.describe(tariff, facts.time_zone, now)
        names = tuple(dict.fromkeys(where[tariff.source, tariff.source_id]))
        key = (described.currency, in_words(described), names)
        told[key].append((tariff.source_id, described))
    return tuple(
        PriceView(
            tariffs=tuple(tariff_id for tariff_id, _ in found),
            plugs=names,
            currency=currency,
            lines=lines,
            published=found[0][1].published,
            no_fee=found[0][1].no_fee,
        )
        for (currency, lines, names), found in told.items()
    )


def _statuses(facts: StationFacts, catalogue: Catalogue, now: datetime) -> dict[str, Status]:
    fresh = {point.source: catalogue.fresh(point.source, now) for point in facts.points}
    return {
        point.id: effective_status(Status(point.status), fresh=fresh[point.source])
        for point in facts.points
    }


def _asks_nothing(filters: Filters) -> bool:
    """Whether a charge point without known plugs may pass."""
    return not (
        filters.connectors
        or filters.min_kw is not None
        or filters.max_kw is not None
        or filters.no_fee
    )


def _passes(source: str, connector: ConnectorFacts, filters: Filters, catalogue: Catalogue) -> bool:
    if filters.connectors and connector.type not in filters.connectors:
        return False
    kw = connector.kw
    if filters.min_kw is not None and (kw is None or kw < filters.min_kw):
        return False
    if filters.max_kw is not None and (kw is None or kw > filters.max_kw):
        return False
    return not filters.no_fee or _costs_nothing(source, connector, catalogue)


def _costs_nothing(source: str, connector: ConnectorFacts, catalogue: Catalogue) -> bool:
    found = [catalogue.tariffs.get((source, tariff)) for tariff in connector.tariff_ids]
    return bool(found) and all(t is not None and is_no_fee(t.content) for t in found)


def _own_tariffs(facts: StationFacts, catalogue: Catalogue) -> list[TariffFacts]:
    keys = dict.fromkeys(
        (point.source, tariff)
        for point in facts.points
        for connector in point.connectors
        for tariff in connector.tariff_ids
    )
    return [catalogue.tariffs[key] for key in keys if key in catalogue.tariffs]


def _plug_name(connector: ConnectorFacts) -> str:
    kind = ConnectorType(connector.type)
    name = _PLUG_NAMES.get(kind, kind.replace("_", " ").capitalize())
    return name if connector.kw is None else f"{name} {connector.kw:g} kW"


def _operator(facts: StationFacts) -> OperatorView | None:
    name = tidy_operator(facts.operator_name)
    if facts.operator_id is None or not name:
        return None
    return OperatorView(facts.operator_id, name, facts.operator_website, facts.operator_phone)


def address_of(facts: StationFacts) -> AddressView:
    """The address as it is written there."""
    return AddressView(
        street=tidy_street(facts.street, city=facts.city, country=facts.country),
        city=tidy_city(facts.city),
        postcode=facts.postcode,
        country=facts.country,
    )


def _observed_at(facts: StationFacts, catalogue: Catalogue) -> datetime | None:
    seen = [catalogue.observed_at(source) for source in _sources_of(facts)]
    return max((at for at in seen if at is not None), default=None)


def _sources_of(facts: StationFacts) -> Iterable[str]:
    return dict.fromkeys((facts.source, *(point.source for point in facts.points)))


def _is_demo(facts: StationFacts, catalogue: Catalogue) -> bool:
    feed = catalogue.feeds.get(facts.source)
    return feed is not None and feed.demo


def _charge_point(point: PointFacts, status: Status, catalogue: Catalogue) -> ChargePointView:
    return ChargePointView(
        id=point.id,
        evse_id=point.evse_id,
        label=point.label,
        status=status,
        # "Since" belongs to the published status: it says nothing about one we no longer believe.
        since=point.since if status == point.status else None,
        observed_at=catalogue.observed_at(point.source),
        directions=point.directions,
        connectors=tuple(
            ConnectorView(
                type=ConnectorType(connector.type),
                kw=connector.kw,
                kw_derived=connector.kw_derived,
                format=ConnectorFormat(connector.format),
                tariffs=connector.tariff_ids,
            )
            for connector in point.connectors
        ),
    )


def _source(record: RecordFacts, catalogue: Catalogue) -> SourceView:
    feed = catalogue.feeds[record.source]
    return SourceView(
        source=record.source,
        source_id=record.source_id,
        title=feed.title,
        licence=feed.licence,
        licence_url=feed.licence_url,
        attribution=feed.attribution,
        url=record.url or feed.homepage,
        observed_at=feed.freshness.observed_at,
        fetched_at=record.fetched_at,
        matched_by=record.matched_by,
        replayed=feed.replayed,
        has_status=feed.freshness.has_status,
        notes=record.notes,
    )
