"""The built page as it is served: the same page, arranged so that the map comes first.

Reflex asks for all its modules at the top of the page. A browser opens six connections to a host,
so they would stand before the map's own document, and then run before its script does. Here they
wait: ``assets/boot.js`` lets them go when pins stand, or after a second. The map's
script, style and first stations are asked for at the top of the page instead.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from chargesphere.screens.map.document import page_start
from chargesphere.screens.map.static import BuildError, Manifest, read_manifest
from chargesphere.settings import Settings

_MODULE_LINKS = re.compile(r'<link rel="modulepreload" (href="[^"]+")/>')
_MODULE_SCRIPT = re.compile(r'<script type="module" async="">(.*?)</script>', re.DOTALL)
_RELEASES = 'link[rel="later"]'


@dataclass(frozen=True, slots=True)
class Page:
    """A page ready to be sent."""

    text: str
    body: bytes
    gzipped: bytes
    etag: str


def front_page(file: Path, settings: Settings) -> Page | None:
    """The built page, arranged; None where there is none.

    Where the map's files are not built the page is as Reflex made it.
    """
    try:
        manifest = read_manifest()
        start = page_start(settings, manifest=manifest)
    except BuildError:
        manifest, start = None, ""
    try:
        return _prepared(file, file.stat().st_mtime_ns, manifest, start)
    except OSError:
        return None


def arranged(text: str, manifest: Manifest, start: str) -> str:
    """The page with the map's files asked for at its top and its own modules waiting.

    Args:
        text: the page as it was built.
        manifest: the map's files.
        start: script text that asks for the map's first stations.

    A page that does not look as expected keeps its modules where they are: it is slower then, and
    works all the same.
    """
    text = text.replace("<head>", f"<head>{_preloads(manifest)}", 1)
    before, releases, after = text.partition(_RELEASES)
    if not releases or len(_MODULE_SCRIPT.findall(after)) != 1:
        return text
    # In the same element: the page's own script must find as many as it was built with.
    text = before + releases + after.replace("</script>", f"{start}</script>", 1)
    text = _MODULE_LINKS.sub(r'<link rel="later" \1/>', text)
    return _MODULE_SCRIPT.sub(r'<script type="later">\1</script>', text)


def _preloads(manifest: Manifest) -> str:
    return (
        f'<link rel="preload" as="script" href="{manifest.script}" fetchpriority="high"/>'
        f'<link rel="preload" as="style" href="{manifest.style}" fetchpriority="high"/>'
    )


@lru_cache(maxsize=2)
def _prepared(file: Path, _modified_ns: int, manifest: Manifest | None, start: str) -> Page:
    text = file.read_text(encoding="utf-8")
    text = arranged(text, manifest, start) if manifest else text
    body = text.encode()
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    return Page(text, body, gzip.compress(body, 9, mtime=0), etag)
