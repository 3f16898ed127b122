"""The peer of the page: the smallest Reflex app, a counter, built and served the way ours is.

It is made once in ``build/bench/bare`` and made anew when it, Reflex or Python changes.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from browsing import ROOT, free_port, stop, wait_for

FOLDER = ROOT / "build" / "bench" / "bare"

_APP = '''"""A counter, and nothing else."""

import reflex as rx


class Counter(rx.State):
    count: int = 0

    @rx.event
    def add(self):
        self.count += 1


def page() -> rx.Component:
    return rx.el.main(
        rx.el.h1("Counter"),
        rx.el.button("Add", on_click=Counter.add),
        rx.el.output(Counter.count),
    )


app = rx.App(theme=None, toaster=None, html_lang="en", app_wraps={})
app.add_page(page, route="/", title="Counter")
'''

_CONFIG = """import reflex as rx

config = rx.Config(
    app_name="bare",
    api_url="http://localhost:3000",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    frontend_compression_formats=["gzip"],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
"""

_SERVE = """import os, sys
os.environ |= {
    "REFLEX_ENV_MODE": "prod",
    "__REFLEX_SKIP_COMPILE": "true",
    "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
}
from granian.constants import Interfaces
from granian.server import Server

if __name__ == "__main__":
    Server(target="bare.bare:app", factory=True, port=int(sys.argv[1]),
           interface=Interfaces.ASGI, websockets=True, workers_kill_timeout=5).serve()
"""


@contextmanager
def served() -> Iterator[str]:
    """Its address, for as long as it runs."""
    build()
    port = free_port()
    _name_port(port)
    log = FOLDER / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "serve.py", str(port)],
            cwd=FOLDER,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        wait_for(f"http://localhost:{port}/", process, log)
        yield f"http://localhost:{port}"
    finally:
        stop(process)


def build() -> None:
    """Compile it, unless that was done."""
    stamp, wanted = FOLDER / "built.sha256", _fingerprint()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    (FOLDER / "bare").mkdir(parents=True)
    (FOLDER / "bare" / "__init__.py").touch()
    (FOLDER / "bare" / "bare.py").write_text(_APP)
    (FOLDER / "rxconfig.py").write_text(_CONFIG)
    (FOLDER / "serve.py").write_text(_SERVE)
    programs = Path(sys.executable).parent
    subprocess.run(
        [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip", "--env", "prod"],
        cwd=FOLDER,
        env=os.environ
        | {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "REFLEX_USE_NPM": "1",
            "REFLEX_TELEMETRY_ENABLED": "false",
        },
        check=True,
        stdout=subprocess.DEVNULL,
    )
    stamp.write_text(wanted)


def _fingerprint() -> str:
    parts = (_APP, _CONFIG, _SERVE, version("reflex"), sys.version)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _name_port(port: int) -> None:
    """The build names the port it expects; today it is another."""
    (file,) = (FOLDER / ".web" / "build" / "client" / "assets").glob("reflex-env-*.js")
    file.write_text(re.sub(r"//localhost:\d+", f"//localhost:{port}", file.read_text()))
    file.with_name(f"{file.name}.gz").unlink(missing_ok=True)
