"""Answers, and how the OpenAPI describes them."""

from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from chargesphere.api.problems import MEDIA_TYPE

Responses = dict[int | str, dict[str, Any]]

JSON = "application/json"
_PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_RETRY = {
    "Retry-After": {
        "description": "Seconds until the next try can succeed.",
        "schema": {"type": "integer"},
    }
}


def _problem(description: str, **more: object) -> dict[str, Any]:
    return {"description": description, "content": _PROBLEM, **more}


PARAMETERS_WRONG: Responses = {
    422: _problem("A parameter is unknown or has a bad value; `parameter` names it.")
}
MISSING: Responses = {404: _problem("There is no such thing.")}
FOUND: Responses = {
    308: _problem(
        "It lives on under another id.",
        headers={"Location": {"description": "Where.", "schema": {"type": "string"}}},
    )
}
NOT_READY: Responses = {503: _problem("Not ready yet, or the database is away.", headers=_RETRY)}

_ANY: Responses = {
    304: {"description": "What you have (`If-None-Match`) is still true."},
    405: _problem("Only GET and HEAD."),
    429: _problem("Too many requests.", headers=_RETRY),
    500: _problem("Our fault; `request_id` helps us find it."),
}
EVERYWHERE: Responses = _ANY | NOT_READY


def described(model: type[BaseModel], more: Responses | None = None) -> Responses:
    """The answers of an operation: this on success, and everything that can go wrong."""
    success: Responses = {200: {"model": model, "description": "Done."}}
    return success | EVERYWHERE | (more or {})


def json(shape: BaseModel, cache: str = "no-cache") -> Response:
    """The shape as JSON. ``no-cache`` means: keep it, and ask whether it is still true."""
    body = shape.__pydantic_serializer__.to_json(shape)
    return Response(body, media_type=JSON, headers={"Cache-Control": cache})
