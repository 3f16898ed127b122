"""What must not be in the repository: registry hosts in lock files, paths of a machine, secrets."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

LOCKS = ("package-lock.json", "reflex.lock/package-lock.json", "tests/bench/package-lock.json")
FORBIDDEN_IN_LOCKS = re.compile(r'"resolved"|registry\.|npmjs|npmmirror|pypi')
FORBIDDEN_ANYWHERE = {
    "a path of one machine": re.compile(r"(?<![\w./~-])/(?:root|home/\w+|work|Users/\w+)/"),
    "a secret key": re.compile(
        r"\b(?:sk_live_|rk_live_|AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY)"
    ),
}
TEXT = {
    ".py",
    ".md",
    ".js",
    ".jsx",
    ".css",
    ".json",
    ".toml",
    ".yml",
    ".yaml",
    ".txt",
    ".sh",
    ".ini",
    ".html",
    ".svg",
    "",
}


def main() -> int:
    """Print what is wrong, a line each; 0 when nothing is."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    complaints = []
    for name in filter(None, listed.stdout.decode().split("\0")):
        path = ROOT / name
        if path.suffix not in TEXT or not path.is_file() or name == "tests/check_repository.py":
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if name in LOCKS and FORBIDDEN_IN_LOCKS.search(text):
            complaints.append(f"{name}: names a registry host")
        complaints += [
            f"{name}: {what}: {found[0]!r}"
            for what, pattern in FORBIDDEN_ANYWHERE.items()
            if (found := pattern.search(text))
        ]
    sys.stderr.writelines(f"{line}\n" for line in complaints)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
