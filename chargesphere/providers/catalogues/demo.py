"""The demo catalogue: a made-up world of chargers, so that the app runs whole without the internet.

The stations stand round real cities, and plugs, powers, prices and habits are those of their
region; brands, addresses and statuses are invented. The same seed gives the same stations with
the same ids; the same seed and time give the same statuses.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from chargesphere.core.clock import utc_now
from chargesphere.database import refuse_inside_transaction
from chargesphere.errors import ImportFailedError
from chargesphere.providers.catalogues.demo_places import load_towns
from chargesphere.providers.catalogues.demo_plan import make_plan
from chargesphere.providers.catalogues.demo_sites import SiteWriter
from chargesphere.providers.catalogues.demo_statuses import states_at
from chargesphere.providers.catalogues.demo_tariffs import make_tariffs
from chargesphere.providers.catalogues.port import (
    Capabilities,
    Licence,
    Record,
    Snapshot,
    TariffRecord,
)

STATIONS = 60_000
"""How many stations the demo has unless asked otherwise."""


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
        tariffs = list(make_tariffs(self._seed))
        return Snapshot(
            records=self._records(tariffs, now),
            complete=True,
            observed_at=now,
            total_hint=len(tariffs) + self._stations,
        )

    def _records(self, tariffs: list[TariffRecord], now: datetime) -> Iterator[Record]:
        yield from tariffs
        towns = load_towns()
        plan = make_plan(towns, self._seed, self._stations)
        states = states_at(plan, self._seed, now)
        yield from SiteWriter(towns, plan, states, self._seed).sites()
