import re
from pathlib import Path

import pytest
from starlette.requests import Request

from chargesphere.core.geo import Box
from chargesphere.screens.map.document import MapDocument, map_document, map_response
from chargesphere.screens.map.static import BuildError, Manifest, read_manifest
from chargesphere.settings import Settings

MANIFEST = Manifest(
    script="/static/frame-1.js",
    style="/static/frame-1.css",
    fonts="/static/fonts-1.css",
    font="/static/inter-1.woff2",
    basemap="/static/basemap-1/",
    boot="const early = '</script>'",
)


def document(**values: object) -> MapDocument:
    return map_document(Settings.model_validate(values), manifest=MANIFEST)


def html(**values: object) -> str:
    return document(**values).body.decode()


def test_nothing_is_loaded_from_elsewhere() -> None:
    text = html(tiles_url="none")
    loaded = re.findall(r'(?:src|href)="([^"]+)"', text)

    assert loaded
    assert all(address.startswith("/static/") for address in loaded)


def test_it_is_folium_that_makes_the_map() -> None:
    assert "var map = L.map(" in html()
    assert "chargesphereFrame.start(map);" in html()


def test_the_same_settings_give_the_same_bytes_and_others_do_not() -> None:
    from chargesphere.screens.map import document as module

    first = document()
    module._document.cache_clear()

    assert document() == first
    assert document(tiles_max_zoom=17).etag != first.etag


def test_the_early_script_stands_before_the_large_one() -> None:
    text = html()

    assert text.index('id="config"') < text.index("const early") < text.index("/static/frame-1.js")


def test_no_script_or_setting_can_end_its_element() -> None:
    text = html(tiles_attribution="</script><b>x</b>")

    assert text.count("</script>") == text.count("<script")
    assert "<b>x</b>" not in text


def test_a_reader_may_zoom_the_page() -> None:
    assert "user-scalable" not in html()
    assert '<html lang="en">' in html()


def test_the_default_box_reaches_the_document() -> None:
    box = Box(3.0, 50.5, 7.3, 53.7)
    body = map_document(Settings(), box, MANIFEST).body.decode()

    assert '"defaultBox": [3.0, 50.5, 7.3, 53.7]' in body


@pytest.mark.parametrize(
    ("url", "expected"),
    [("none", '"tiles": null'), ("https://t.example/{z}/{x}/{y}", '"url": "https://t')],
)
def test_tiles_come_from_the_settings(url: str, expected: str) -> None:
    assert expected in html(tiles_url=url)


def asking(if_none_match: str = "") -> Request:
    headers = [(b"if-none-match", if_none_match.encode())] if if_none_match else []
    return Request({"type": "http", "method": "GET", "path": "/map/frame", "headers": headers})


def test_a_browser_that_has_it_gets_304() -> None:
    made = document()

    first = map_response(asking(), made)
    known = map_response(asking(f'"other", W/{made.etag}'), made)
    changed = map_response(asking('"other"'), made)

    assert (first.status_code, known.status_code, changed.status_code) == (200, 304, 200)
    assert known.body == b""
    assert first.headers["etag"] == known.headers["etag"] == made.etag


def test_the_document_is_for_our_own_pages_only() -> None:
    answer = map_response(asking(), document())

    assert answer.headers["cache-control"] == "no-cache"
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]


def test_before_the_build_one_sentence_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="python -m chargesphere build"):
        read_manifest(tmp_path)
