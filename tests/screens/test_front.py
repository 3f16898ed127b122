"""The built page, arranged so that the map comes first."""

from pathlib import Path

import pytest

from chargesphere.screens import front
from chargesphere.screens.front import arranged, front_page
from chargesphere.screens.map.static import BuildError, Manifest
from chargesphere.settings import Settings

MANIFEST = Manifest(
    script="/static/frame-1.js",
    style="/static/frame-2.css",
    fonts="/static/fonts-3.css",
    font="/static/inter-4.woff2",
    basemap="/static/basemap-5/",
    boot="boot()",
)
RELEASING = "<script>(function(){document.querySelectorAll('link[rel=\"later\"]')})();</script>"
BUILT = (
    '<html><head><link rel="modulepreload" href="/assets/a.js"/>'
    f"{RELEASING}</head><body>"
    '<script type="module" async="">import "/assets/a.js";</script></body></html>'
)


def test_the_map_s_files_are_asked_for_first() -> None:
    page = arranged(BUILT, MANIFEST, "")

    assert page.startswith(
        '<html><head><link rel="preload" as="script" href="/static/frame-1.js" fetchpriority="high"/>'
        '<link rel="preload" as="style" href="/static/frame-2.css" fetchpriority="high"/>'
    )


def test_the_page_s_modules_wait() -> None:
    page = arranged(BUILT, MANIFEST, "")

    assert '<link rel="later" href="/assets/a.js"/>' in page
    assert '<script type="later">import "/assets/a.js";</script>' in page
    assert "modulepreload" not in page
    assert 'type="module"' not in page


def test_the_first_stations_are_asked_for_in_the_page_s_own_script() -> None:
    page = arranged(BUILT, MANIFEST, "ask()")

    assert "})();ask()</script></head>" in page
    assert page.count("<script") == BUILT.count("<script")


@pytest.mark.parametrize(
    "built",
    [
        BUILT.replace(RELEASING, ""),
        BUILT.replace('type="module" async=""', 'type="module" src="/assets/a.js"'),
    ],
    ids=["nothing lets them go", "another script"],
)
def test_a_page_of_another_kind_keeps_its_modules(built: str) -> None:
    page = arranged(built, MANIFEST, "ask()")

    assert page.endswith(built.removeprefix("<html><head>"))


def test_without_the_map_s_files_the_page_is_as_it_was_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> Manifest:
        raise BuildError("not built")

    monkeypatch.setattr(front, "read_manifest", refuse)
    (tmp_path / "index.html").write_text(BUILT)

    page = front_page(tmp_path / "index.html", Settings())

    assert page is not None
    assert page.text == BUILT
    assert front_page(tmp_path / "none.html", Settings()) is None
