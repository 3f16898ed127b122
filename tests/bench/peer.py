"""Talks to the peers that the station index is measured beside."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from chargesphere.features.discovery.columns import AVAILABLE, CONNECTORS, VISIBLE, Columns

HERE = Path(__file__).resolve().parent


def node_program() -> str:
    """Node from the virtual environment, else the machine's."""
    own = Path(sys.executable).parent / "node"
    found = str(own) if own.exists() else shutil.which("node")
    if found is None:
        sys.exit("Node is not there: make bench installs it.")
    return found


def install() -> None:
    """Bring npm's packages, exactly as locked."""
    if not (HERE / "node_modules" / "supercluster").is_dir():
        npm = str(Path(node_program()).with_name("npm"))
        subprocess.run([npm, "ci", "--silent"], cwd=HERE, check=True)


class Supercluster:
    """npm supercluster over the default rows of these columns, in their order."""

    def __init__(self, columns: Columns, folder: Path) -> None:
        install()
        path = folder / "stations.json"
        path.write_text(json.dumps(features_of(columns)), encoding="utf-8")
        self._process = subprocess.Popen(
            [node_program(), "--expose-gc", str(HERE / "supercluster.mjs"), str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def ask(self, op: str, **arguments: Any) -> Mapping[str, Any]:
        """One command, one answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"op": op, **arguments}) + "\n")
        self._process.stdin.flush()
        answer: Mapping[str, Any] = json.loads(self._process.stdout.readline())
        return answer


def features_of(columns: Columns) -> dict[str, list[Any]]:
    """The default rows as the peer's input: place, id, counts and plugs with their free points."""
    rows = int(columns.defaults[0])
    sets = _plug_sets(columns)
    free = columns.counts[:, AVAILABLE].tolist()
    starts, plug_set = columns.group_start.tolist(), columns.group_plugs.tolist()
    counts = columns.counts
    return {
        "lon": columns.lon[:rows].tolist(),
        "lat": columns.lat[:rows].tolist(),
        "id": [key.decode() for key in columns.ids[:rows]],
        "free": _sums(counts[:, AVAILABLE], columns)[:rows],
        "points": _sums(counts[:, VISIBLE], columns)[:rows],
        "plugs": [
            [
                [kind, kw, free[group]]
                for group in range(starts[row], starts[row + 1])
                for kind, kw in sets[plug_set[group]]
            ]
            for row in range(rows)
        ],
    }


def _sums(values: Any, columns: Columns) -> list[int]:
    total = np.concatenate(([0], np.cumsum(values, dtype=np.int64)))
    sums: list[int] = (total[columns.group_start[1:]] - total[columns.group_start[:-1]]).tolist()
    return sums


def _plug_sets(columns: Columns) -> Sequence[list[tuple[str, float | None]]]:
    kinds = [CONNECTORS[code].value for code in columns.plug_type]
    powers = [None if np.isnan(kw) else float(kw) for kw in columns.plug_kw]
    plugs = list(zip(kinds, powers, strict=True))
    starts = columns.plug_start.tolist()
    return [plugs[a:b] for a, b in pairwise(starts)]
