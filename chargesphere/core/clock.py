"""The one place that asks what time it is; everything else gets ``now`` as an argument."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(UTC)


def parse_instant(text: str) -> datetime:
    """An ISO 8601 time as an aware UTC datetime; without a zone it is read as UTC.

    Raises:
        ValueError: the text is no ISO 8601 time.
    """
    parsed = datetime.fromisoformat(text)
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
