"""Writes what npm supercluster makes of 1,500 made-up stations, for a test that runs without Node.

PYTHONPATH=.:tests python -m bench.golden
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.index_bench import WORLD_VIEWS
from bench.peer import Supercluster
from bench.synthetic import make_facts

from chargesphere.features.discovery.columns import build_columns

TARGET = Path(__file__).resolve().parents[1] / "features" / "discovery" / "golden"
STATIONS = 1_500


def main() -> None:
    """Stations in the order they were given to supercluster, and its counts per view."""
    columns = build_columns(make_facts(STATIONS, seed=3))
    boxes = [(view.bbox, view.zoom) for view in WORLD_VIEWS]
    boxes += [(WORLD_VIEWS[0].bbox, zoom) for zoom in range(17)]
    boxes += [((170.0, -60.0, -100.0, 60.0), 3)]
    with TemporaryDirectory() as folder, Supercluster(columns, Path(folder)) as peer:
        peer.ask("load", repeat=1)
        views = [
            {"bbox": bbox, "zoom": zoom, **peer.ask("counts", bbox=bbox, zoom=zoom)}
            for bbox, zoom in boxes
        ]
    places = [
        [lon, lat] for lon, lat in zip(columns.lon.tolist(), columns.lat.tolist(), strict=True)
    ]
    TARGET.mkdir(exist_ok=True)
    content = {"places": places, "views": views}
    (TARGET / "supercluster.json").write_text(json.dumps(content, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
