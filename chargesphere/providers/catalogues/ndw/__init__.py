"""NDW, the Dutch national access point: stations, live statuses and tariffs, OCPI 2.2.1 shaped.

The feed is two JSON arrays, locations and tariffs, refreshed about once a minute and once an
hour, free and without a key (https://opendata.ndw.nu).
"""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from chargesphere.database import refuse_inside_transaction
from chargesphere.providers.catalogues.ndw.files import Part, parts_of, records
from chargesphere.providers.catalogues.ndw.live import Feed, fetch_feed
from chargesphere.providers.catalogues.port import Capabilities, Licence, Snapshot


class NdwCatalogue:
    """The Dutch national feed, from files or live."""

    name = "ndw"
    title = "NDW, the Dutch national feed"
    homepage = "https://opendata.ndw.nu"
    licence = Licence(
        name="NDW open data",
        url="https://docs.ndw.nu",
        attribution="Nationaal Dataportaal Wegverkeer (NDW), DOT-NL",
    )
    capabilities = Capabilities(
        has_status=True,
        status_valid_for=timedelta(minutes=15),
        has_tariffs=True,
        live_feed=True,
    )

    def __init__(
        self, *, locations_url: str, tariffs_url: str, timeout_s: float, max_bytes: int
    ) -> None:
        self._feed = Feed(locations_url, tariffs_url, timeout_s, max_bytes)
        self._max_bytes = max_bytes

    def read_files(self, paths: Sequence[Path]) -> Snapshot:
        """The stations and tariffs in the files; a locations file is the whole feed."""
        refuse_inside_transaction("The NDW catalogue")
        return self._snapshot(parts_of(paths))

    async def fetch(self, *, etag: str | None, last_modified: str | None) -> Snapshot | None:
        """The live feed, as far as it changed since the validators of the last time."""
        refuse_inside_transaction("The NDW catalogue")
        answer = await fetch_feed(self._feed, etag, last_modified)
        if answer is None:
            return None
        snapshot = self._snapshot(answer.parts)
        snapshot.observed_at = answer.observed_at
        snapshot.etag, snapshot.last_modified = answer.etag, answer.last_modified
        return snapshot

    def _snapshot(self, parts: Sequence[Part]) -> Snapshot:
        return Snapshot(
            records=records(parts, self._max_bytes),
            complete=any(part.kind == "locations" for part in parts),
        )
