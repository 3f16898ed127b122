"""What a published status is worth by now.

A source says what a charge point does and when it looked. Once that look is older than the
source's own limit nobody knows any more, and the status *is* UNKNOWN: an old "free" is not free.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chargesphere.core.vocabulary import Status

LASTING_STATUSES = frozenset({Status.PLANNED, Status.REMOVED})
"""These describe the site, not the moment: they do not age."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """How long the statuses of a source stay true.

    Attributes:
        observed_at: when the source's statuses were seen; None when nobody knows.
        valid_for_s: seconds they stay true after that; None means always (demo data).
        has_status: whether the source publishes any status.
    """

    observed_at: datetime | None
    valid_for_s: int | None
    has_status: bool = True

    @property
    def expires_at(self) -> datetime | None:
        """When the statuses stop being true; None when they never do, or never were."""
        if self.observed_at is None or self.valid_for_s is None:
            return None
        return self.observed_at + timedelta(seconds=self.valid_for_s)

    def is_fresh(self, now: datetime) -> bool:
        """Whether a status of this source can still be believed."""
        if not self.has_status:
            return False
        if self.valid_for_s is None:
            return True
        expires_at = self.expires_at
        return expires_at is not None and now <= expires_at


def effective_status(status: Status, *, fresh: bool) -> Status:
    """The status as a driver may be told: UNKNOWN when it is no longer fresh."""
    return status if fresh or status in LASTING_STATUSES else Status.UNKNOWN
