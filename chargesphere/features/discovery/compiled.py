"""Machine code for the index's inner loops, with its types kept."""

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba
from numpy.typing import NDArray

Array = NDArray[Any]
"""A numpy array inside a kernel; its element type stands where it is made."""

_KERNEL_FILES = ("columns", "compiled", "matching", "pyramid", "rules", "sums", "view")
_KEEP_S = 7 * 86_400


def _cache_folder() -> str:
    """Where the machine code of exactly these sources is kept; empty leaves it to numba.

    Numba looks at the age of the file a kernel stands in, not at the kernels and constants it uses
    from other files: after an update it would run the old ones.
    """
    here = Path(__file__).resolve().parent
    files = [here / f"{name}.py" for name in _KERNEL_FILES] + [
        here.parents[1] / "core" / f"{name}.py" for name in ("geo", "vocabulary")
    ]
    digest = hashlib.blake2b(b"".join(f.read_bytes() for f in files), digest_size=6).hexdigest()
    given = os.environ.get("NUMBA_CACHE_DIR")
    home = Path(given) if given else here / "__pycache__"
    folder = home / f"kernels-{digest}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.touch()
        for old in home.glob("kernels-*"):
            # Recent ones may belong to a process that still runs.
            if old.stat().st_mtime < folder.stat().st_mtime - _KEEP_S:
                shutil.rmtree(old, ignore_errors=True)
    except OSError:
        return ""
    return str(folder) if os.access(folder, os.W_OK) else ""


_folder = _cache_folder()
if _folder:
    setattr(numba.config, "CACHE_DIR", _folder)  # noqa: B010 - its module does not declare it.

_P = ParamSpec("_P")
_R = TypeVar("_R")


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """The function as machine code, kept on disk beside the module (or in numba's own cache).

    Kernels hold the interpreter lock, so that each sees the live columns between two updates,
    never during one. A call from one kernel to another counts the references of every array it is
    given, about 10 ns each, so inner loops are written out instead of called.
    """
    compile_it = numba.njit(cache=True, error_model="numpy")
    return cast(Callable[_P, _R], compile_it(function))
