"""Price lists as published: whether they cost anything at all."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any


def is_no_fee(content: Mapping[str, Any]) -> bool:
    """Whether a price list (OCPI Tariff) is published as costing nothing.

    A flat fee of zero as the only component means that no price was published, which is not free.
    """
    components = list(_components(content))
    if not components or all(kind == "FLAT" for kind, _ in components):
        return False
    return all(price == 0 for _, price in components)


def _components(content: Mapping[str, Any]) -> Iterator[tuple[str, Decimal]]:
    for element in content.get("elements") or ():
        for component in element.get("price_components") or ():
            price = _decimal(component.get("price"))
            if price is not None:
                yield str(component.get("type")), price


def _decimal(value: object) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
