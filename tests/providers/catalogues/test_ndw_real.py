"""The real feed of one evening, where it is at hand: every record is taken, the defects are met."""

from collections import Counter
from pathlib import Path

import pytest
from ndw_feed import catalogue

from chargesphere.core.vocabulary import Current
from chargesphere.providers.catalogues.port import Reject, SiteRecord, TariffRecord

FILES = ("charging_point_tariffs_ocpi.json.gz", "charging_point_locations_ocpi.json.gz")


@pytest.mark.realdata
def test_the_real_feed_is_taken_whole(real_data: Path) -> None:
    source = catalogue(max_bytes=500_000_000)
    kinds: Counter[type] = Counter()
    notes: Counter[str] = Counter()
    strongest_ac, points = 0.0, 0
    for record in source.read_files([real_data / "ndw" / name for name in FILES]).records:
        kinds[type(record)] += 1
        if isinstance(record, SiteRecord):
            notes.update(record.notes)
            points += len(record.charge_points)
            for point in record.charge_points:
                for plug in point.connectors:
                    if plug.current is not Current.DC and plug.power_kw:
                        strongest_ac = max(strongest_ac, plug.power_kw)
        elif isinstance(record, TariffRecord):
            notes.update(record.content.get("notes", ()))
    assert kinds == {SiteRecord: 64_188, TariffRecord: 10_631}, kinds[Reject]
    assert points == 154_852
    assert strongest_ac <= 44.2
    assert notes["missing_power_derived"] > 30_000
    assert notes["impossible_power_recomputed"] == 14
    assert notes["zero_flat_price_not_published"] == 33
