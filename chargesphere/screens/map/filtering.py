"""The state of the filter panel: a form over the one vocabulary of ``discovery.rules``."""

import json
from dataclasses import dataclass

import reflex as rx

from chargesphere import wiring
from chargesphere.core.vocabulary import Access, ConnectorType, Status
from chargesphere.errors import InvalidError
from chargesphere.features.discovery.rules import FILTER_NAMES, Filters
from chargesphere.screens import words

POWER_STEPS = (0, 11, 22, 43, 50, 100, 150, 250)
"""The powers in kW one can ask for with a tap; they split real plugs into real classes."""

MAX_SAVED = 20
_MAX_NAME = 40


@dataclass(frozen=True)
class Choice:
    """One thing to tick."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class SavedSet:
    """A named set of filters, kept in the browser."""

    name: str
    query: str


class FilterState(rx.State):
    """What the driver asks for."""

    connectors: list[str] = []
    min_kw: int = 0
    max_kw: int = 0
    available: bool = False
    open_now: bool = False
    no_fee: bool = False
    min_points: int = 1
    networks: list[str] = []
    exclude_networks: list[str] = []
    access: list[str] = []
    statuses: list[str] = []
    sources: list[str] = []
    network_query: str = ""
    network_hits: list[Choice] = []
    network_labels: dict[str, str] = {}
    set_name: str = ""
    saved: str = rx.LocalStorage("[]", name="filter_sets", sync=True)

    @rx.var
    def asked(self) -> int:
        """How many filters are on."""
        return len(self._filters().to_params())

    @rx.var
    def sentence(self) -> str:
        """How the filters combine, in words."""
        return words.filters(self._filters(), self.network_labels)

    @rx.var
    def saved_sets(self) -> list[SavedSet]:
        """The named sets of this browser; damaged entries are left out."""
        return _read_sets(self.saved)

    @rx.var
    def chosen_networks(self) -> list[Choice]:
        """The networks asked for or excluded, by name."""
        wanted = [Choice(n, self.network_labels.get(n, n), True) for n in self.networks]
        unwanted = [Choice(n, self.network_labels.get(n, n), False) for n in self.exclude_networks]
        return wanted + unwanted

    def _filters(self) -> Filters:
        return Filters(
            connectors=frozenset(ConnectorType(c) for c in self.connectors),
            min_kw=float(self.min_kw) if self.min_kw else None,
            max_kw=float(self.max_kw) if self.max_kw else None,
            available=self.available,
            min_points=self.min_points if self.min_points > 1 else None,
            networks=frozenset(self.networks),
            exclude_networks=frozenset(self.exclude_networks),
            access=frozenset(Access(a) for a in self.access),
            statuses=frozenset(Status(s) for s in self.statuses),
            open_now=self.open_now,
            no_fee=self.no_fee,
            sources=frozenset(self.sources),
        )

    def _take(self, filters: Filters) -> None:
        self.connectors = sorted(filters.connectors)
        self.min_kw = round(filters.min_kw or 0)
        self.max_kw = round(filters.max_kw or 0)
        self.available = filters.available
        self.min_points = filters.min_points or 1
        self.networks = sorted(filters.networks)
        self.exclude_networks = sorted(filters.exclude_networks)
        self.access = sorted(filters.access)
        self.statuses = sorted(filters.statuses)
        self.open_now = filters.open_now
        self.no_fee = filters.no_fee
        self.sources = sorted(filters.sources)
        self._name_networks()

    def _name_networks(self) -> None:
        unknown = {*self.networks, *self.exclude_networks} - self.network_labels.keys()
        discovery = wiring.services().discovery
        if unknown and discovery.ready:
            named = {n.id: n.name for n in discovery.networks("", 10_000) if n.id in unknown}
            self.network_labels = {**self.network_labels, **named}

    @rx.event
    def toggle_connector(self, value: str):
        """Ask for a plug, or no longer."""
        if value in set(ConnectorType):
            self.connectors = _toggled(self.connectors, value)
        return _refilter()

    @rx.event
    def toggle_fast(self):
        """Ask for 50 kW or more, or for any power again."""
        self.min_kw = 0 if self.min_kw == 50 else 50
        return _refilter()

    @rx.event
    def choose_power(self, kw: int):
        """Ask for at least this power in kW; 0 asks for any."""
        if isinstance(kw, int) and 0 <= kw <= 1000:
            self.min_kw = kw
            if self.max_kw and self.max_kw < kw:
                self.max_kw = 0
        return _refilter()

    @rx.event
    def choose_max_power(self, kw: int):
        """Ask for at most this power in kW; 0 asks for any."""
        if isinstance(kw, int) and 0 <= kw <= 1000:
            self.max_kw = kw
            if kw and self.min_kw > kw:
                self.min_kw = 0
        return _refilter()

    @rx.event
    def toggle_available(self):
        """Ask for a plug that is free now, or no longer."""
        self.available = not self.available
        return _refilter()

    @rx.event
    def toggle_open(self):
        """Ask for stations known to be open now, or no longer."""
        self.open_now = not self.open_now
        return _refilter()

    @rx.event
    def toggle_no_fee(self):
        """Ask for stations published as costing nothing, or no longer."""
        self.no_fee = not self.no_fee
        return _refilter()

    @rx.event
    def toggle_access(self, value: str):
        """Also show restricted or private stations, or no longer."""
        if value in set(Access):
            chosen = _toggled(self.access or ["public", "unknown"], value)
            self.access = [] if set(chosen) == {"public", "unknown"} else chosen
        return _refilter()

    @rx.event
    def step_points(self, by: int):
        """Ask for one matching plug more or less."""
        if by in (-1, 1):
            self.min_points = min(50, max(1, self.min_points + by))
        return _refilter()

    @rx.event
    def type_network(self, text: str):
        """Suggest networks by the beginning of a word of their name."""
        self.network_query = str(text)[:60]
        discovery = wiring.services().discovery
        if not discovery.ready:
            return
        found = (
            discovery.networks(self.network_query.strip(), 8) if self.network_query.strip() else []
        )
        self.network_hits = [
            Choice(n.id, f"{n.name} ({words.count(n.stations, 'station')})", n.id in self.networks)
            for n in found
        ]
        self.network_labels = {**self.network_labels, **{n.id: n.name for n in found}}

    @rx.event
    def want_network(self, network_id: str):
        """Ask for this network (or no longer)."""
        self.exclude_networks = [n for n in self.exclude_networks if n != network_id]
        self.networks = _toggled(self.networks, str(network_id)[:40])[:20]
        self.network_query, self.network_hits = "", []
        return _refilter()

    @rx.event
    def avoid_network(self, network_id: str):
        """Leave this network out (or no longer)."""
        self.networks = [n for n in self.networks if n != network_id]
        self.exclude_networks = _toggled(self.exclude_networks, str(network_id)[:40])[:20]
        self.network_query, self.network_hits = "", []
        return _refilter()

    @rx.event
    def reset_filters(self):
        """Ask for nothing."""
        self._take(Filters())
        return _refilter()

    @rx.event
    def drop(self, name: str):
        """Give up one filter, by its parameter name."""
        params = self._filters().to_params()
        params.pop(str(name), None)
        self._take(Filters.parse(params))
        return _refilter()

    @rx.event
    def name_set(self, text: str):
        """Type the name of the set to keep."""
        self.set_name = str(text)[:_MAX_NAME]

    @rx.event
    def save_set(self):
        """Keep the filters under the typed name; the same name replaces."""
        name = self.set_name.strip()
        if not name:
            return
        query = json.dumps(self._filters().to_params())
        kept = [s for s in _read_sets(self.saved) if s.name.casefold() != name.casefold()]
        self._write_sets([SavedSet(name, query), *kept])
        self.set_name = ""

    @rx.event
    def use_set(self, name: str):
        """Ask for what a saved set says."""
        for kept in _read_sets(self.saved):
            if kept.name == name:
                self._take(_parse_saved(kept.query))
                return _refilter()
        return None

    @rx.event
    def forget_set(self, name: str):
        """Remove a saved set."""
        self._write_sets([s for s in _read_sets(self.saved) if s.name != name])

    def _write_sets(self, sets: list[SavedSet]) -> None:
        self.saved = json.dumps([{"name": s.name, "query": s.query} for s in sets[:MAX_SAVED]])


def parse_query(values: dict[str, str]) -> tuple[Filters, str]:
    """The filters of an address and, where one of them is wrong, a sentence; the rest is kept."""
    kept = {name: value for name, value in values.items() if name in FILTER_NAMES}
    complaint = ""
    while True:
        try:
            return Filters.parse(kept), complaint
        except InvalidError as error:
            complaint = f"The address asked for something unknown ({error}); it was left out."
            kept.pop(error.field)


def _refilter():
    # The map's state imports this module; the way back is by name, when both exist.
    from chargesphere.screens.map.state import MapState

    return MapState.refilter


def _toggled(values: list[str], value: str) -> list[str]:
    return [v for v in values if v != value] if value in values else [*values, value]


def _read_sets(text: str) -> list[SavedSet]:
    try:
        entries = json.loads(text)
        return [SavedSet(str(e["name"])[:_MAX_NAME], str(e["query"])) for e in entries[:MAX_SAVED]]
    except (ValueError, TypeError, KeyError):
        return []


def _parse_saved(query: str) -> Filters:
    try:
        values = json.loads(query)
    except ValueError:
        return Filters()
    return (
        parse_query({str(k): str(v) for k, v in values.items()})[0]
        if isinstance(values, dict)
        else Filters()
    )
