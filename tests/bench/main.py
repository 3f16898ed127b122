"""Measure beside peers: `make bench BENCH=index|http|import|search|page|all`.

    python tests/services.py -- python tests/bench/main.py search

Each ``*_bench.py`` here has ``run()``, which gives rows as ``build/bench.json`` holds them. A row's
ratio says how many times better than the peer's our figure is, both being medians of runs that
alternate. Exit code 1 when a goal was missed, 2 when there is no such benchmark.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
RESULT = ROOT / "build" / "bench.json"
FIELDS = ("name", "ours", "peer", "peer_name", "unit", "ratio", "goal", "met")

Row = dict[str, object]
console = Console()


def main(wanted: Sequence[str]) -> int:
    """Run the benchmarks of these names, print and write what they found; the exit code."""
    known = sorted(file.stem.removesuffix("_bench") for file in HERE.glob("*_bench.py"))
    names = known if "all" in wanted or not wanted else list(wanted)
    unknown = [name for name in names if name not in known]
    if unknown:
        console.print(f"There is no benchmark {unknown[0]}: BENCH is {', '.join(known)} or all.")
        return 2
    rows = [row for name in names for row in measure(name)]
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(rows, indent=1) + "\n")
    missed = [str(row["name"]) for row in rows if not row["met"]]
    console.print(f"{len(rows)} figures in {RESULT.relative_to(ROOT)}")
    if missed:
        console.print(f"[red]Missed:[/] {'; '.join(missed)}", soft_wrap=True)
    return 1 if missed else 0


def measure(name: str) -> list[Row]:
    """The rows of one benchmark, printed."""
    console.rule(name)
    run: Callable[[], list[Row]] = import_module(f"bench.{name}_bench").run
    began = time.monotonic()
    rows = [checked(row, name) for row in run()]
    if rows:
        console.print(as_table(rows))
    else:
        console.print("Nothing was measured: what it needs is not here.")
    console.print(f"{time.monotonic() - began:.0f} s\n")
    return rows


def checked(row: Row, name: str) -> Row:
    """The row in the agreed order of fields.

    Raises:
        ValueError: a field is missing or unknown.
    """
    if row.keys() != set(FIELDS):
        raise ValueError(f"{name} gave a row with other fields: {sorted(row)}")
    return {field: row[field] for field in FIELDS}


def as_table(rows: Sequence[Row]) -> Table:
    """The rows for a person."""
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column("")
    table.add_column("what", overflow="fold")
    for column in ("ours", "peer", "unit", "ratio", "goal"):
        table.add_column(column, justify="left" if column == "unit" else "right", no_wrap=True)
    table.add_column("beside", overflow="fold")
    for row in rows:
        mark = "[red]✗[/]" if not row["met"] else "" if row["goal"] is None else "[green]✓[/]"
        shown = [_said(row[field]) for field in ("ours", "peer", "unit", "ratio", "goal")]
        table.add_row(mark, str(row["name"]), *shown, str(row["peer_name"] or ""))
    return table


def _said(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    # The benchmarks share helpers with the tests, and each other's parts as `bench.…`.
    sys.path[:0] = [str(ROOT), str(HERE.parent)]
    sys.exit(main(sys.argv[1:]))
