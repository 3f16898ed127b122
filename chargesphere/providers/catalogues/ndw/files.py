"""Streaming records out of NDW's files: recognised by content, plain or gzip."""

import errno
import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import IO, Literal

import ijson.backends.yajl2_c as ijson
from ijson.common import JSONError

from chargesphere.errors import ImportFailedError, StorageError
from chargesphere.providers.catalogues.ndw.mapping import Mapper
from chargesphere.providers.catalogues.port import Record, Reject

Kind = Literal["locations", "tariffs"]

_GZIP = b"\x1f\x8b"
_READ_BYTES = 1 << 16

_MAX_OPEN = 8_000
"""Brackets open at once, at most: real data opens about 500 in each piece that is read."""


@dataclass(frozen=True, slots=True)
class Part:
    """One stream of the feed: what a person calls it, what it holds, and how to open it anew."""

    name: str
    kind: Kind
    open: Callable[[], IO[bytes]]


def parts_of(paths: Sequence[Path]) -> list[Part]:
    """The files with what each holds.

    Raises:
        ImportFailedError: one sentence naming the file that is empty, unreadable, or not NDW's.
    """
    return [part(path.name, _opener(path)) for path in paths]


def part(name: str, opened: Callable[[], IO[bytes]]) -> Part:
    """A stream, recognised by its first record.

    Raises:
        ImportFailedError: it is empty, damaged, or holds something else.
    """
    with opened() as raw:
        return Part(name, _recognise(name, raw), opened)


def records(parts: Sequence[Part], max_bytes: int) -> Iterator[Record]:
    """All records of the streams, one after the other, mapped.

    Raises:
        ImportFailedError: a stream is cut off, damaged, or larger than ``max_bytes`` unpacked.
    """
    mapper = Mapper()
    for one in parts:
        mapped = mapper.location if one.kind == "locations" else mapper.tariff
        for item in _items_of(one, max_bytes):
            try:
                yield from mapped(item)
            except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
                # The mapping expects anything; this is for what nobody expected.
                yield Reject(_id_of(item), "unreadable", type(error).__name__)


def _items_of(one: Part, max_bytes: int) -> Iterator[object]:
    """The elements of a stream; where one holds a number too large to be quick, with care."""
    given = 0
    try:
        with one.open() as raw:
            for item in _items(one.name, raw, max_bytes):
                given += 1
                yield item
    except _HugeNumberError:
        with one.open() as raw:
            careful = _items(one.name, raw, max_bytes, quick=False)
            yield from (_with_floats(item) for item in islice(careful, given, None))


class _HugeNumberError(ValueError):
    """The quick parser cannot read this number; the careful one can."""


def _with_floats(item: object) -> object:
    if isinstance(item, dict):
        return {key: _with_floats(value) for key, value in item.items()}
    if isinstance(item, list):
        return [_with_floats(value) for value in item]
    return float(item) if isinstance(item, Decimal) else item


def _opener(path: Path) -> Callable[[], IO[bytes]]:
    def opened() -> IO[bytes]:
        try:
            return path.open("rb")
        except OSError as error:
            raise ImportFailedError(f"{path.name} cannot be read: {error.strerror}.") from error

    return opened


def _recognise(name: str, raw: IO[bytes]) -> Kind:
    head = raw.read(2)
    if not head:
        raise ImportFailedError(f"{name} is empty.")
    raw.seek(0)
    first = next(_items(name, raw, max_bytes=None, quick=False), None)
    if isinstance(first, dict):
        if "coordinates" in first or "evses" in first:
            return "locations"
        if "elements" in first and "currency" in first:
            return "tariffs"
    raise ImportFailedError(f"{name} holds neither locations nor tariffs of NDW.")


def _items(
    name: str, raw: IO[bytes], max_bytes: int | None, *, quick: bool = True
) -> Iterator[object]:
    """The elements of the JSON array in the stream; every kind of damage is one sentence."""
    stream = _Guarded(name, _unpacked(raw), max_bytes)
    try:
        yield from ijson.items(stream, "item", use_float=quick, buf_size=_READ_BYTES)
    except EOFError as error:
        raise ImportFailedError(f"{name} is cut off; nothing of it was taken.") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise ImportFailedError(f"{name} is damaged (its gzip data does not add up).") from error
    except (JSONError, ValueError) as error:
        if quick and "overflow" in str(error):
            raise _HugeNumberError from error
        if "premature EOF" in str(error):
            raise ImportFailedError(f"{name} is cut off; nothing of it was taken.") from error
        raise ImportFailedError(f"{name} is not the JSON that NDW publishes.") from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StorageError("The disk is full; what was already saved is kept.") from error
        raise ImportFailedError(f"{name} cannot be read: {error.strerror or error}.") from error


def _unpacked(raw: IO[bytes]) -> IO[bytes]:
    packed = raw.read(2) == _GZIP
    raw.seek(0)
    return io.BufferedReader(gzip.GzipFile(fileobj=raw), _READ_BYTES) if packed else raw


class _Guarded:
    """A stream that gives no more than so many bytes and no absurd nesting.

    A gzip bomb ends at the first. The second is for the parser, which keeps the path to each
    value: its memory grows with the square of the depth, so that 100 kB of ``[`` would take all.
    Brackets inside strings count too, which in real data cancel out or are few.
    """

    def __init__(self, name: str, stream: IO[bytes], max_bytes: int | None) -> None:
        self._name, self._stream, self._max_bytes = name, stream, max_bytes
        self._given = self._depth = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._given += len(data)
        if self._max_bytes is not None and self._given > self._max_bytes:
            raise ImportFailedError(
                f"{self._name} is larger than {self._max_bytes / 1_000_000:g} MB unpacked, the"
                " largest that is taken (NDW_MAX_MB)."
            )
        opened = data.count(b"[") + data.count(b"{")
        if self._depth + opened > _MAX_OPEN:
            raise ImportFailedError(f"{self._name} is nested too deep to be what NDW publishes.")
        self._depth = max(0, self._depth + opened - data.count(b"]") - data.count(b"}"))
        return data


def _id_of(item: object) -> str:
    return str(item.get("id", ""))[:120] if isinstance(item, dict) else ""
