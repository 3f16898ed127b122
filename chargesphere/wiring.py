"""The composition root: which provider serves which port. The only place that sees vendors."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chargesphere.core.ids import stable_id
from chargesphere.database import Database
from chargesphere.events import ChangeHub
from chargesphere.features.catalogue.service import CatalogueService
from chargesphere.features.discovery.follower import LiveIndex
from chargesphere.features.discovery.service import DiscoveryService
from chargesphere.providers.catalogues.demo import DemoCatalogue
from chargesphere.providers.catalogues.ndw import NdwCatalogue
from chargesphere.providers.catalogues.port import CatalogueSource
from chargesphere.providers.geocoding.offline import OfflineGeocoder
from chargesphere.providers.geocoding.port import Geocoder
from chargesphere.settings import Settings, settings


@dataclass(frozen=True)
class Services:
    """Everything a screen, a route, a job or a command may call."""

    settings: Settings
    database: Database
    hub: ChangeHub
    sources: Mapping[str, CatalogueSource]
    geocoder: Geocoder
    catalogue: CatalogueService
    live: LiveIndex
    discovery: DiscoveryService

    async def close(self) -> None:
        """Give connections back."""
        self.live.close()
        await self.hub.close()
        await self.database.close()


def index_folder(chosen: Settings) -> Path:
    """Where the index of this database keeps its snapshots: no two databases share a folder."""
    return chosen.data_dir / "index" / stable_id(chosen.database)


def build(chosen: Settings) -> Services:
    """Join the parts; nothing is opened yet."""
    database = Database(chosen.database)
    hub = ChangeHub(chosen.redis_url)
    sources: dict[str, CatalogueSource] = {
        source.name: source
        for source in (
            NdwCatalogue(
                locations_url=str(chosen.ndw_locations_url),
                tariffs_url=str(chosen.ndw_tariffs_url),
                timeout_s=chosen.ndw_timeout_s,
                max_bytes=chosen.ndw_max_mb * 1_000_000,
            ),
            DemoCatalogue(),
        )
    }
    geocoder = OfflineGeocoder(chosen.data_dir)
    live = LiveIndex(database, index_folder(chosen), hub)
    return Services(
        settings=chosen,
        database=database,
        hub=hub,
        sources=sources,
        geocoder=geocoder,
        catalogue=CatalogueService(database, hub, sources),
        live=live,
        discovery=DiscoveryService(database, live, geocoder, chosen.secret_key),
    )


_current: Services | None = None


def services() -> Services:
    """The services of this process, built on first use."""
    global _current
    if _current is None:
        _current = build(settings())
    return _current


@contextmanager
def using(replacement: Services) -> Iterator[Services]:
    """Serve these instead, for as long as the block runs."""
    global _current
    before, _current = _current, replacement
    try:
        yield replacement
    finally:
        _current = before
