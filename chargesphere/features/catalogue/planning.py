"""What an import has to write: the difference between what is known and what the source says.

Pure. Ids stay: a station keeps the oldest id that any of its locations ever had here, and the
others become aliases of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Literal, NamedTuple

import orjson

from chargesphere.core.ids import stable_id
from chargesphere.core.vocabulary import Access, Amenity
from chargesphere.features.catalogue.merging import Group, Merged, charge_points
from chargesphere.features.catalogue.rules import operator_id, time_zone
from chargesphere.providers.catalogues.port import (
    ChargePointRecord,
    OpeningHours,
    Operator,
    SiteRecord,
    TariffRecord,
)

ChangeKind = Literal["status", "station", "removed", "feed"]


class OperatorRow(NamedTuple):
    """A row of ``operator``."""

    id: str
    name: str
    website: str | None
    phone: str | None


class StationRow(NamedTuple):
    """A row of ``station``; JSON columns are already text."""

    id: str
    source: str
    name: str
    operator_id: str | None
    lat: float
    lon: float
    street: str
    city: str
    postcode: str
    country: str
    time_zone: str
    access: str
    hours: str | None
    amenities: str
    payment: str
    parking: str
    phone: str | None
    price_text: str
    directions: str
    created_at: datetime
    updated_at: datetime
    fingerprint: str


class RecordRow(NamedTuple):
    """A row of ``source_record``."""

    source: str
    source_id: str
    station_id: str
    url: str | None
    matched_by: str
    updated_at: datetime | None
    fetched_at: datetime
    notes: str


class AliasRow(NamedTuple):
    """A row of ``station_alias``."""

    id: str
    station_id: str
    reason: str


class ChargePointRow(NamedTuple):
    """A row of ``charge_point``."""

    id: str
    station_id: str
    source: str
    source_id: str
    position: int
    evse_id: str | None
    label: str
    status: str
    since: datetime | None
    directions: str
    fingerprint: str


class ConnectorRow(NamedTuple):
    """A row of ``connector``."""

    charge_point_id: str
    position: int
    type: str
    format: str
    current: str
    kw: float | None
    kw_derived: bool
    tariff_ids: str


class TariffRow(NamedTuple):
    """A row of ``tariff``."""

    source: str
    source_id: str
    currency: str
    content: str
    updated_at: datetime | None
    fingerprint: str


class KnownStation(NamedTuple):
    """What the database has of a station."""

    fingerprint: str
    created_at: datetime


class KnownPoint(NamedTuple):
    """What the database has of a charge point."""

    station_id: str
    fingerprint: str
    status: str
    since: datetime | None


@dataclass(slots=True)
class Known:
    """What the database has of one source (``operators``: of all)."""

    stations: dict[str, KnownStation] = field(default_factory=dict)
    points: dict[str, KnownPoint] = field(default_factory=dict)
    aliases: dict[str, tuple[str, str]] = field(default_factory=dict)
    tariffs: dict[str, str] = field(default_factory=dict)
    operators: dict[str, OperatorRow] = field(default_factory=dict)


@dataclass(slots=True)
class StationChange:
    """Everything to write of one station, in one transaction."""

    station_id: str
    outcome: Literal["added", "updated", "unchanged"] = "unchanged"
    operator: OperatorRow | None = None
    station: StationRow | None = None
    records: list[RecordRow] = field(default_factory=list)
    known_records: bool = False
    new_points: list[ChargePointRow] = field(default_factory=list)
    changed_points: list[ChargePointRow] = field(default_factory=list)
    connectors: list[ConnectorRow] = field(default_factory=list)
    statuses: list[tuple[str, datetime | None, str]] = field(default_factory=list)
    gone_points: list[str] = field(default_factory=list)
    new_aliases: list[AliasRow] = field(default_factory=list)
    changed_aliases: list[AliasRow] = field(default_factory=list)
    no_longer_alias: bool = False
    absorbed: tuple[str, ...] = ()
    announced: dict[str, ChangeKind] = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        """Whether there is anything to write."""
        return (
            self.outcome != "unchanged"
            or bool(self.new_aliases or self.changed_aliases)
            or self.no_longer_alias
        )


class Plan:
    """The difference for one source, station by station.

    Args:
        source: the source's name.
        merged: its stations as it says now.
        known: what the database has.
        complete: whether what the source no longer says is gone.
        now: the time of the import.
    """

    def __init__(
        self, source: str, merged: Merged, known: Known, *, complete: bool, now: datetime
    ) -> None:
        self._source, self._merged, self._known = source, merged, known
        self._complete, self._now = complete, now
        self._ids, self._absorbed = _assign_ids(source, merged, known)
        self._names = _operators(merged)
        self._followers = _followers(merged)
        self._point_ids = {
            point.key: stable_id(source, "cp", point.key)
            for group in merged.groups
            for site in group.sites
            for point in site.charge_points
        }
        self._claimed = set(self._point_ids.values())
        self._points_of: defaultdict[str, list[str]] = defaultdict(list)
        for point_id, point in known.points.items():
            self._points_of[point.station_id].append(point_id)

    def __len__(self) -> int:
        return len(self._merged.groups)

    @property
    def removed(self) -> list[str]:
        """Stations that are gone: nothing of them lives on, and the source is known whole."""
        if not self._complete:
            return []
        kept = {*self._ids, *(old for olds in self._absorbed.values() for old in olds)}
        return sorted(self._known.stations.keys() - kept)

    def changes(self) -> Iterator[StationChange]:
        """What to write, one station at a time; a station with nothing to write is unchanged.

        In the order of ids: then half of the database's indexes grow at one end.
        """
        for row in sorted(range(len(self)), key=self._ids.__getitem__):
            yield self._change(self._merged.groups[row], self._ids[row])

    def _change(self, group: Group, station_id: str) -> StationChange:
        change = StationChange(station_id, absorbed=self._absorbed.get(station_id, ()))
        self._facts(change, group)
        self._points(change, group)
        self._aliases(change, group)
        self._outcome(change)
        return change

    def _facts(self, change: StationChange, group: Group) -> None:
        known = self._known.stations.get(change.station_id)
        operator = self._operator_row(group.sites[0].operator)
        row = self._station_row(change.station_id, group, operator)
        records = _record_facts(group)
        print_ = fingerprint(row[1:-3], records)
        if operator is not None and self._known.operators.get(operator.id) != operator:
            # Only the first station that names it writes it.
            self._known.operators[operator.id] = operator
            change.operator = operator
        if known is not None and known.fingerprint == print_ and not change.absorbed:
            return
        created_at = known.created_at if known else self._now
        change.station = row._replace(created_at=created_at, fingerprint=print_)
        # Whatever was a station or part of one has its record already.
        own_ids = (stable_id(self._source, site.source_id) for site in group.sites)
        change.known_records = any(
            id_ in self._known.stations or id_ in self._known.aliases for id_ in own_ids
        )
        change.records = [
            RecordRow(self._source, source_id, change.station_id, url, by, at, self._now, notes)
            for (source_id, url, by, notes), at in zip(
                records, (site.updated_at for site in group.sites), strict=True
            )
        ]

    def _operator_row(self, operator: Operator | None) -> OperatorRow | None:
        if operator is None:
            return None
        said = self._names[operator_id(operator.name)]
        known = self._known.operators.get(said.id)
        if known is None:
            return said
        # Other sources name operators too: the first name stays, what was missing is added.
        return known._replace(
            website=known.website or said.website, phone=known.phone or said.phone
        )

    def _station_row(
        self, station_id: str, group: Group, operator: OperatorRow | None
    ) -> StationRow:
        first, points = group.sites[0], charge_points(group)
        amenities = {a for site in group.sites for a in site.amenities}
        if any(point.reservable for point in points):
            amenities.add(Amenity.RESERVABLE)
        parking = {p for site in group.sites for p in site.parking}
        parking |= {p for point in points for p in point.parking}
        hours = next((site.hours for site in group.sites if site.hours is not None), None)
        return StationRow(
            id=station_id,
            source=self._source,
            name=first.name,
            operator_id=operator.id if operator else None,
            lat=first.lat,
            lon=first.lon,
            street=first.address.street,
            city=first.address.city,
            postcode=first.address.postcode,
            country=first.address.country,
            time_zone=time_zone(first.lat, first.lon),
            access=_access(group.sites),
            hours=_hours_json(hours),
            amenities=json_text(sorted(amenities)),
            payment=json_text(sorted({p for point in points for p in point.payment})),
            parking=json_text(sorted(parking)),
            phone=next((site.phone for site in group.sites if site.phone), None),
            price_text=first.price_text,
            directions=first.directions,
            created_at=self._now,
            updated_at=self._now,
            fingerprint="",
        )

    def _points(self, change: StationChange, group: Group) -> None:
        seen = set()
        for position, point in enumerate(charge_points(group)):
            point_id = self._point_ids[point.key]
            seen.add(point_id)
            self._point(change, point_id, position, point)
        for station_id in (change.station_id, *change.absorbed):
            for point_id in self._points_of.get(station_id, ()):
                if point_id not in self._claimed and self._complete:
                    change.gone_points.append(point_id)
                elif point_id in self._claimed and point_id not in seen:
                    change.announced[change.station_id] = "station"

    def _point(
        self, change: StationChange, point_id: str, position: int, point: ChargePointRecord
    ) -> None:
        connectors = [
            (c.type, c.format, c.current, c.power_kw, c.power_derived, c.tariff_ids)
            for c in point.connectors
        ]
        facts = (point.evse_id, point.label, point.directions, position, connectors)
        print_ = fingerprint(facts)
        known = self._known.points.get(point_id)
        if known and (known.station_id, known.fingerprint) == (change.station_id, print_):
            if (known.status, known.since) != (point.status, point.since):
                change.statuses.append((point.status.value, point.since, point_id))
            return
        row = ChargePointRow(
            id=point_id,
            station_id=change.station_id,
            source=self._source,
            source_id=point.key,
            position=position,
            evse_id=point.evse_id,
            label=point.label,
            status=point.status.value,
            since=point.since,
            directions=point.directions,
            fingerprint=print_,
        )
        if known is None:
            change.new_points.append(row)
        else:
            change.changed_points.append(row)
            if known.station_id != change.station_id:
                change.announced[known.station_id] = "station"
        change.connectors += [
            ConnectorRow(
                point_id,
                number,
                connector.type.value,
                connector.format.value,
                connector.current.value,
                connector.power_kw,
                connector.power_derived,
                json_text(connector.tariff_ids),
            )
            for number, connector in enumerate(point.connectors)
        ]

    def _aliases(self, change: StationChange, group: Group) -> None:
        wanted = dict.fromkeys(change.absorbed, "merged")
        for site in group.sites:
            wanted[stable_id(self._source, site.source_id)] = "merged"
            for superseded in self._followers.get(site.source_id, ()):
                wanted[stable_id(self._source, superseded)] = "superseded"
        wanted.pop(change.station_id, None)
        for alias_id, reason in wanted.items():
            known = self._known.aliases.get(alias_id)
            row = AliasRow(alias_id, change.station_id, reason)
            if known is None:
                change.new_aliases.append(row)
            elif known != (change.station_id, reason):
                change.changed_aliases.append(row)
        change.no_longer_alias = change.station_id in self._known.aliases

    def _outcome(self, change: StationChange) -> None:
        for station_id in change.absorbed:
            change.announced[station_id] = "removed"
        facts = (
            change.station,
            change.operator,
            change.new_points,
            change.changed_points,
            change.gone_points,
        )
        if any(facts):
            change.announced[change.station_id] = "station"
        elif change.statuses:
            change.announced.setdefault(change.station_id, "status")
        if change.station_id not in self._known.stations:
            change.outcome = "added"
        elif change.announced:
            change.outcome = "updated"


def tariff_changes(
    source: str, tariffs: Iterable[TariffRecord], known: Known
) -> tuple[list[TariffRow], set[str]]:
    """The price lists to write, and the ids of all that the source named."""
    newest: dict[str, TariffRecord] = {}
    for tariff in tariffs:
        same = newest.get(tariff.source_id)
        if same is None or _later(tariff.updated_at, same.updated_at):
            newest[tariff.source_id] = tariff
    rows = []
    for tariff in newest.values():
        print_ = fingerprint(tariff.currency, tariff.content)
        if known.tariffs.get(tariff.source_id) != print_:
            content = json_text(tariff.content)
            rows.append(
                TariffRow(
                    source, tariff.source_id, tariff.currency, content, tariff.updated_at, print_
                )
            )
    return rows, set(newest)


def _later(a: datetime | None, b: datetime | None) -> bool:
    return a is not None and (b is None or a >= b)


def fingerprint(*facts: object) -> str:
    """32 hexadecimal digits that change with the facts."""
    dumped = orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)
    return blake2b(dumped, digest_size=16).hexdigest()


def json_text(value: object) -> str:
    """The value as JSON."""
    return orjson.dumps(value).decode()


def _assign_ids(
    source: str, merged: Merged, known: Known
) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """The id of each group, and the known stations that each id takes in.

    A known station goes to the group of the location it was named after, else to the group with
    most of its locations; a group that gets several keeps the oldest.
    """
    claims = _claims(source, merged, known)
    won: defaultdict[int, list[str]] = defaultdict(list)
    for station_id, groups in claims.items():
        best = max(groups, key=lambda row: (groups[row], -row))
        won[best].append(station_id)
    ids, absorbed = [], {}
    for row, group in enumerate(merged.groups):
        mine = sorted(won.get(row, ()), key=lambda i: (known.stations[i].created_at, i))
        if mine:
            station_id, others = mine[0], tuple(mine[1:])
            if others:
                absorbed[station_id] = others
        else:
            station_id = stable_id(source, group.sites[0].source_id)
        ids.append(station_id)
    return ids, absorbed


def _claims(source: str, merged: Merged, known: Known) -> dict[str, dict[int, int]]:
    """For each known station, the groups that hold locations of it, and how strongly."""
    claims: defaultdict[str, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    if not known.stations:
        return {}
    row_of = {
        site.source_id: row for row, group in enumerate(merged.groups) for site in group.sites
    }
    followed = {old: row_of[new] for old, new in merged.superseded.items()}
    for source_id, row in (row_of | followed).items():
        own_id = stable_id(source, source_id)
        if own_id in known.stations:
            claims[own_id][row] += len(row_of) + len(followed) + 1  # More than all aliases.
        elif own_id in known.aliases:
            claims[known.aliases[own_id][0]][row] += 1
    return {station_id: dict(groups) for station_id, groups in claims.items()}


def _followers(merged: Merged) -> dict[str, list[str]]:
    followers: defaultdict[str, list[str]] = defaultdict(list)
    for old, new in merged.superseded.items():
        followers[new].append(old)
    return followers


def _operators(merged: Merged) -> dict[str, OperatorRow]:
    """One row for each operator: of spellings, websites and phones the most frequent."""
    said: defaultdict[str, defaultdict[Operator, int]] = defaultdict(lambda: defaultdict(int))
    for group in merged.groups:
        for site in group.sites:
            if site.operator is not None:
                said[operator_id(site.operator.name)][site.operator] += 1
    rows = {}
    for key, counted in said.items():
        best = max(counted, key=lambda o: (counted[o], o.name, o.website or "", o.phone or ""))
        rows[key] = OperatorRow(key, best.name, best.website, best.phone)
    return rows


def _record_facts(group: Group) -> list[tuple[str, str | None, str, str]]:
    return [
        (site.source_id, site.url, "joined" if row else "primary", json_text(site.notes))
        for row, site in enumerate(group.sites)
    ]


_OPENNESS = (Access.PUBLIC, Access.UNKNOWN, Access.RESTRICTED, Access.PRIVATE)


def _access(sites: Sequence[SiteRecord]) -> str:
    """A station is as open as its most open record."""
    return min((site.access for site in sites), key=_OPENNESS.index).value


def _hours_json(hours: OpeningHours | None) -> str | None:
    if hours is None:
        return None
    return json_text({"always": hours.always, "periods": hours.periods, "text": hours.text})
