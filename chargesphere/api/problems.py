"""Every error as RFC 9457 ``application/problem+json``, and which of ours becomes which status."""

from collections.abc import Mapping
from http import HTTPStatus

import orjson
from starlette.responses import Response

from chargesphere.errors import (
    ChargeSphereError,
    ConflictError,
    InvalidError,
    MovedError,
    NotFoundError,
    RateLimitedError,
    StorageError,
)

MEDIA_TYPE = "application/problem+json"
RETRY_S = 5
"""When to ask again after "not ready yet" and the like."""


class NotReadyError(ChargeSphereError):
    """The index is still being opened; soon it is not."""


def problem_body(status: int, detail: str, **more: object) -> bytes:
    """The problem as JSON; ``more`` are further members, such as the parameter at fault."""
    content = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    return orjson.dumps(content | {"detail": detail} | more)


def problem(
    status: int, detail: str, headers: Mapping[str, str] | None = None, **more: object
) -> Response:
    """The problem as an answer that nobody keeps."""
    return Response(
        problem_body(status, detail, **more),
        status,
        headers={"Cache-Control": "no-store"} | dict(headers or {}),
        media_type=MEDIA_TYPE,
    )


def problem_of(error: ChargeSphereError) -> Response:
    """What a client is told about this error."""
    match error:
        case InvalidError():
            return problem(422, str(error), parameter=error.field)
        case MovedError():
            address = f"/api/v1/stations/{error.new_id}"
            return problem(308, str(error), {"Location": address}, id=error.new_id)
        case NotFoundError():
            return problem(404, str(error))
        case ConflictError():
            return problem(409, str(error))
        case RateLimitedError():
            return problem(429, str(error), {"Retry-After": str(error.retry_after_s)})
        case NotReadyError():
            return problem(503, str(error), {"Retry-After": str(RETRY_S)})
        case StorageError():
            # Its sentence names files and drivers: for the log, not for everybody.
            sentence = "The database does not answer; try again soon."
            return problem(503, sentence, {"Retry-After": str(RETRY_S)})
        case _:
            return problem(500, "Something went wrong on our side.")
