"""An old status is no status."""

from datetime import UTC, datetime, timedelta

import pytest

from chargesphere.core.vocabulary import Status
from chargesphere.features.availability.rules import Freshness, effective_status

NOW = datetime(2026, 6, 7, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "valid_for_s", "has_status", "fresh"),
    [
        (timedelta(0), 900, True, True),
        (timedelta(minutes=15), 900, True, True),
        (timedelta(minutes=15, seconds=1), 900, True, False),
        (timedelta(days=400), None, True, True),
        (None, None, True, True),
        (None, 900, True, False),
        (timedelta(seconds=-30), 900, True, True),  # The source's clock runs ahead of ours.
        (timedelta(0), None, False, False),
    ],
)
def test_a_status_is_true_for_as_long_as_its_source_says(
    age: timedelta | None, valid_for_s: int | None, has_status: bool, fresh: bool
) -> None:
    observed_at = None if age is None else NOW - age
    assert Freshness(observed_at, valid_for_s, has_status).is_fresh(NOW) is fresh


@pytest.mark.parametrize("status", list(Status))
def test_a_stale_status_is_unknown_unless_it_describes_the_site(status: Status) -> None:
    assert effective_status(status, fresh=True) is status
    kept = status in {Status.PLANNED, Status.REMOVED}
    assert effective_status(status, fresh=False) is (status if kept else Status.UNKNOWN)


def test_the_end_of_freshness_is_known_beforehand() -> None:
    assert Freshness(NOW, 900).expires_at == NOW + timedelta(minutes=15)
    assert Freshness(NOW, None).expires_at is None
