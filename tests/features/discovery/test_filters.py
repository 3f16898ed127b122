"""The filter vocabulary: what is read, what is refused, and that it survives the address bar."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargesphere.core.vocabulary import Access, ConnectorType, Status
from chargesphere.errors import InvalidError
from chargesphere.features.discovery.rules import FILTER_NAMES, Filters

ids = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=40).filter(
    lambda s: s.strip("-") != ""
)
powers = st.integers(0, 400).map(float)
filters = st.builds(
    Filters,
    connectors=st.frozensets(st.sampled_from(ConnectorType)),
    min_kw=st.none() | powers,
    max_kw=st.none(),
    available=st.booleans(),
    min_points=st.none() | st.integers(1, 1000),
    networks=st.frozensets(ids, max_size=3),
    exclude_networks=st.frozensets(ids, max_size=3),
    access=st.frozensets(st.sampled_from(Access)),
    statuses=st.frozensets(st.sampled_from(Status)),
    open_now=st.booleans(),
    no_fee=st.booleans(),
    sources=st.frozensets(ids, max_size=2),
)


@given(filters)
def test_what_is_written_is_read_back(asked: Filters) -> None:
    params = asked.to_params()
    assert Filters.parse(params) == asked
    assert params.keys() <= FILTER_NAMES


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"connector": "ccs3"}, "connector"),
        ({"min_kw": "fast"}, "min_kw"),
        ({"min_kw": "-1"}, "min_kw"),
        ({"min_kw": "nan"}, "min_kw"),
        ({"max_kw": "1e9"}, "max_kw"),
        ({"min_kw": "100", "max_kw": "50"}, "min_kw"),
        ({"available": "yes"}, "available"),
        ({"open": "later"}, "open"),
        ({"min_points": "0"}, "min_points"),
        ({"min_points": "²"}, "min_points"),
        ({"min_points": "99999999999999999999"}, "min_points"),
        ({"min_points": "00099999999999999999999999"}, "min_points"),
        ({"min_kw": "1_0"}, "min_kw"),
        ({"min_kw": "٣"}, "min_kw"),
        ({"network": "a b"}, "network"),
        ({"network": "x" * 41}, "network"),
        ({"network": ",".join(f"n{i}" for i in range(101))}, "network"),
        ({"access": "everyone"}, "access"),
        ({"status": "OUTOFORDER"}, "status"),
    ],
)
def test_a_bad_value_is_refused_by_name(params: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        Filters.parse(params)
    assert refused.value.field == field


@given(st.dictionaries(st.sampled_from(sorted(FILTER_NAMES)), st.text(max_size=30)))
def test_any_text_is_read_or_refused_never_worse(params: dict[str, str]) -> None:
    blamed = None
    try:
        asked = Filters.parse(params)
    except InvalidError as refused:
        blamed = refused.field
    if blamed is None:
        assert Filters.parse(asked.to_params()) == asked
    else:
        assert blamed in params


def test_planned_and_removed_charge_points_count_only_when_asked_for() -> None:
    assert not Filters().allows_status(Status.PLANNED)
    assert not Filters().allows_status(Status.REMOVED)
    assert Filters().allows_status(Status.UNKNOWN)
    assert Filters(statuses=frozenset({Status.PLANNED})).allows_status(Status.PLANNED)
    assert not Filters(available=True).allows_status(Status.CHARGING)


def test_private_and_restricted_stations_are_shown_only_when_asked_for() -> None:
    assert Filters().allowed_access == {Access.PUBLIC, Access.UNKNOWN}
    assert Filters(access=frozenset({Access.PRIVATE})).allowed_access == {Access.PRIVATE}
