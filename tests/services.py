"""Run a command beside a private PostgreSQL (with PostGIS) and Redis, then stop both.

    python tests/services.py -- pytest

Both listen on 127.0.0.1 on free ports, keep their files in a temporary folder, and are named to
the command as TEST_POSTGRES_URL and TEST_REDIS_URL. PostgreSQL refuses to run as root, so as root
it runs as the user that Debian's package made for it.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NEEDED = "apt-get install -y postgresql postgresql-15-postgis-3 redis-server chromium"


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgres_bin() -> Path:
    """Where PostgreSQL's server programs are.

    Raises:
        SystemExit: there are none; says how to get them.
    """
    found = shutil.which("initdb")
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if found:
        return Path(found).parent
    if candidates:
        return candidates[0].parent
    sys.exit(f"PostgreSQL is not installed. On Debian: {NEEDED}")


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A fresh server; yields its address."""
    programs, port, data = postgres_bin(), free_port(), folder / "pg"
    as_user: list[str] = []
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        as_user = ["runuser", "-u", "postgres", "--"]

    def run(*command: str | Path) -> None:
        subprocess.run(
            [*as_user, *map(str, command)], check=True, cwd=folder, stdout=subprocess.DEVNULL
        )

    run(
        programs / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    )
    options = (
        f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off -c synchronous_commit=off"
        " -c full_page_writes=off -c max_connections=200 -c shared_buffers=256MB"
    )
    run(programs / "pg_ctl", "-D", data, "-w", "-l", folder / "pg.log", "-o", options, "start")
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}"
    finally:
        run(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A fresh server without persistence; yields its address."""
    program = shutil.which("redis-server")
    if program is None:
        sys.exit(f"Redis is not installed. On Debian: {NEEDED}")
    port = free_port()
    command = [
        program,
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    with (folder / "redis.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def main() -> int:
    """Start both, run the command, stop both; the command's exit code is ours."""
    command = sys.argv[sys.argv.index("--") + 1 :]
    with tempfile.TemporaryDirectory(
        prefix="chargesphere-test-", ignore_cleanup_errors=True
    ) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with redis(folder) as redis_url, postgres(folder) as postgres_url:
            environment = os.environ | {
                "TEST_POSTGRES_URL": postgres_url,
                "TEST_REDIS_URL": redis_url,
            }
            return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
