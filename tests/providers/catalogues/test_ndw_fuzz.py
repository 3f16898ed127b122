"""Whatever a feed says, the mapping answers with records or reasons, never with a crash."""

import copy
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from ndw_feed import connector, evse, location, tariff

from chargesphere.providers.catalogues.ndw.mapping import Mapper
from chargesphere.providers.catalogues.port import Reject, SiteRecord, TariffRecord

_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**40), 10**40),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["", "\x00", "\ud800", "NaN", "1e999", "-0", "0001-01-01T00:00:00+23:59"]),
)
_ANYTHING = st.recursive(
    _LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)

LOCATION = location(
    evses=[evse(directions=[{"language": "en", "text": "x"}], connectors=[connector()])],
    opening_times={
        "twentyfourseven": False,
        "regular_hours": [{"weekday": 1, "period_begin": "08:00", "period_end": "20:00"}],
        "exceptional_openings": [
            {"period_begin": "2026-12-25T00:00:00Z", "period_end": "2026-12-26T00:00:00Z"}
        ],
    },
    facilities=["WIFI"],
)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys: Any = ()
    if isinstance(value, dict):
        keys = value.keys()
    elif isinstance(value, list):
        keys = range(len(value))
    found = [path] if path else []
    for key in keys:
        found += _paths(value[key], (*path, key))
    return found


def _mutated(original: Any, path: tuple[Any, ...], value: Any) -> Any:
    mutant = copy.deepcopy(original)
    inner = mutant
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return mutant


@settings(max_examples=400, deadline=None)
@given(path=st.sampled_from(_paths(LOCATION)), value=_ANYTHING)
def test_a_mutated_location_is_a_site_or_has_a_reason(path: tuple[Any, ...], value: Any) -> None:
    records = list(Mapper().location(_mutated(LOCATION, path, value)))
    assert records
    for record in records:
        assert isinstance(record, SiteRecord | Reject)
        if isinstance(record, Reject):
            assert record.reason
            assert len(record.source_id) <= 120
        else:
            _is_storable(record)


def _is_storable(site: SiteRecord) -> None:
    assert -90 <= site.lat <= 90
    assert -180 <= site.lon <= 180
    assert 0 < len(site.source_id) <= 120
    assert site.charge_points
    for text in (site.name, site.address.street, site.address.city, site.address.postcode):
        assert "\x00" not in text
        text.encode()
    for point in site.charge_points:
        assert 0 < len(point.key) <= 120
        assert point.connectors
        for plug in point.connectors:
            assert plug.power_kw is None or 0 < plug.power_kw <= 1_500


TARIFF = tariff(min_price={"excl_vat": 1.0})


@settings(max_examples=300, deadline=None)
@given(path=st.sampled_from(_paths(TARIFF)), value=_ANYTHING)
def test_a_mutated_tariff_is_a_tariff_or_has_a_reason(path: tuple[Any, ...], value: Any) -> None:
    for record in Mapper().tariff(_mutated(TARIFF, path, value)):
        assert isinstance(record, TariffRecord | Reject)
        if isinstance(record, TariffRecord):
            assert b"\\u0000" not in orjson.dumps(record.content)
        else:
            assert record.reason


@settings(max_examples=200, deadline=None)
@given(_ANYTHING)
def test_anything_at_all_is_answered(value: Any) -> None:
    for record in (*Mapper().location(value), *Mapper().tariff(value)):
        assert isinstance(record, Reject | SiteRecord | TariffRecord)
