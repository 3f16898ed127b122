"""What happens when an event handler fails: the log gets the whole story, the driver one sentence."""

import structlog
from reflex.event import EventSpec

from chargesphere.screens.map.state import MapState

_log = structlog.get_logger(__name__)


def report(exception: Exception) -> EventSpec:
    """Log the failure and tell the driver that it was ours."""
    _log.error("event_failed", error=repr(exception), exc_info=exception)
    return MapState.apologise()  # pyright: ignore[reportReturnType]  # A handler called makes a spec.
