"""The map's document by itself in a real browser: pins, ground, bridge; no app around it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import map_frame_server as stand
import pytest
from map_frame_server import Spot, World
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Locator, Page, expect

from chargesphere.screens.map.static import build_static
from chargesphere.settings import Settings

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)  # Two busy cores can be slow.

CITY = (52.09, 5.12)
LOOKS = {
    "free": (4, 4, "Station, 4 of 4 free, 22 kW"),
    "some": (2, 4, "Station, 2 of 4 free, 22 kW"),
    "busy": (0, 4, "Station, 0 of 4 free, 22 kW"),
    "broken": (0, 0, "Station, out of order, 22 kW"),
    "unknown": (None, None, "Station, availability not known, 22 kW"),
}


@pytest.fixture(scope="session")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("frame") / "static"
    build_static(folder)
    return folder


class Map:
    """The host page with the map in its frame, and what the two told each other."""

    def __init__(self, page: Page, origin: str, world: World) -> None:
        self.page, self.origin, self.world = page, origin, world
        self.foreign: list[str] = []
        page.on("request", lambda request: self._note(request.url))

    def _note(self, url: str) -> None:
        if not url.startswith((self.origin, "data:", "blob:")):
            self.foreign.append(url)

    @property
    def frame(self) -> FrameLocator:
        return self.page.frame_locator("iframe")

    def open(self, path: str = "/") -> "Map":
        self.page.goto(self.origin + path, wait_until="commit")  # Slow tiles hold up the rest.
        self.hears("view")
        return self

    def at(self, lat: float, lon: float, zoom: int, more: str = "") -> "Map":
        return self.open(f"/?lat={lat}&lon={lon}&zoom={zoom}{more}")

    def tell(self, kind: str, **fields: object) -> None:
        self.page.evaluate("([kind, fields]) => tell(kind, fields)", [kind, fields])

    def heard(self, kind: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.page.evaluate(
            "(kind) => heard.filter((message) => message.type === kind)", kind
        )
        return found

    def forget(self) -> None:
        self.page.evaluate("heard.length = 0")

    def hears(self, kind: str, where: str = "true", timeout: float = 20_000) -> dict[str, Any]:
        """The first message of that kind for which the JavaScript condition on ``m`` holds."""
        find = f"heard.find((m) => m.type === {kind!r} && ({where}))"
        found: dict[str, Any] = self.page.wait_for_function(find, timeout=timeout).json_value()
        return found

    def pins(self, selector: str = "") -> Locator:
        return self.frame.locator(f".pin{selector}")

    def inside(self, script: str) -> Any:
        return self.page.frames[1].evaluate(script)


Open = Callable[..., Map]


@pytest.fixture
def open_map(browser: Browser, static: Path) -> Iterator[Open]:
    """Opens the map over some stations; at the end nothing was asked of anyone else."""
    closing: list[Callable[[], object]] = []
    opened: list[Map] = []

    def start(
        spots: list[Spot],
        *,
        tiles: str = "none",
        size: tuple[int, int] = (1000, 700),
        **context: Any,
    ) -> Map:
        world = World(spots, tiles=tiles)
        server = stand.serve(world, Settings(tiles_url="none") if tiles == "none" else None, static)
        origin = server.__enter__()
        closing.append(lambda: server.__exit__(None, None, None))
        viewport: Any = {"width": size[0], "height": size[1]}
        window: BrowserContext = browser.new_context(viewport=viewport, **context)
        closing.append(window.close)
        opened.append(Map(window.new_page(), origin, world))
        return opened[-1]

    yield start
    for close in reversed(closing):
        close()
    assert [url for one in opened for url in one.foreign] == []


def spot(
    name: str,
    lat: float,
    lon: float,
    kw: float | None = 22,
    free: int | None = 1,
    points: int | None = 2,
) -> Spot:
    return Spot(f"station-{name}", lat, lon, kw, free, points)


def row(count: int = 5, step: float = 0.002) -> list[Spot]:
    return [spot(str(i), CITY[0], CITY[1] + (i - count // 2) * step) for i in range(count)]


def five_looks() -> list[Spot]:
    return [
        spot(look, CITY[0], CITY[1] + (i - 2) * 0.02, 22, free, points)
        for i, (look, (free, points, _)) in enumerate(LOOKS.items())
    ]


def one_spot(count: int) -> list[Spot]:
    return [spot(f"{i:03}", *CITY, 22 if i % 2 else 150, i % 3, 2) for i in range(count)]


def test_the_first_request_leaves_early_and_is_used(open_map: Open) -> None:
    here = open_map(row()).at(*CITY, 16)

    expect(here.pins()).to_have_count(5)
    assert len(here.world.asked("/api/v1/map")) == 1


@pytest.mark.parametrize("look", LOOKS)
def test_each_state_has_a_glyph_and_words_of_its_own(open_map: Open, look: str) -> None:
    here = open_map(five_looks()).at(*CITY, 12)
    pin = here.pins(f".is-{look}")

    expect(pin).to_have_accessible_name(LOOKS[look][2])
    expect(pin.locator("use")).to_have_attribute("href", f"#disc-{look}")


def test_shape_says_power_far_away(open_map: Open) -> None:
    powers = [11, 49.9, 50, 350, None]
    spots = [spot(str(i), CITY[0], CITY[1] + i * 0.02, kw) for i, kw in enumerate(powers)]
    here = open_map(spots).at(CITY[0], CITY[1] + 0.04, 12)

    expect(here.pins()).to_have_count(5)
    expect(here.pins(".fast")).to_have_count(2)


def test_a_pill_says_free_of_all_and_power(open_map: Open) -> None:
    spots = [
        spot("slow", CITY[0], CITY[1], 11, 1, 2),
        spot("fast", CITY[0] + 0.001, CITY[1], 50, 2, 4),
        spot("ultra", CITY[0] + 0.002, CITY[1], 300, 0, 6),
    ]
    here = open_map(spots).at(*CITY, 17)

    expect(here.pins(".pill")).to_have_text(["1/211", "2/450", "0/6300"])
    bolts = [pin.locator("use[href='#bolt']").count() for pin in here.pins(".pill").all()]
    assert bolts == [0, 1, 2]


def test_pills_step_back_where_there_is_no_room(open_map: Open) -> None:
    here = open_map(row(6, step=0.0003)).at(*CITY, 18)

    expect(here.pins()).to_have_count(6)
    assert 1 <= here.pins(".pill").count() < 6


@pytest.mark.parametrize("by", ["click", "Enter"])
def test_a_cluster_opens_at_the_zoom_at_which_it_splits(open_map: Open, by: str) -> None:
    pair = [spot("a", 52.09, 5.12), spot("b", 52.0901, 5.122)]
    here = open_map(pair).at(52.09, 5.121, 9)
    cluster = here.pins(".cluster")
    expect(cluster).to_have_accessible_name("Cluster of 2 stations, 50 % free")
    here.forget()

    cluster.click() if by == "click" else cluster.press("Enter")

    view = here.hears("view", "m.zoom > 9 && m.settled")
    expect(here.pins(".cluster")).to_have_count(0)
    expect(here.pins()).to_have_count(2)
    box = "bbox=5.0,52.0,5.2,52.2"
    before = stand.map_answer(
        pair, dict(part.split("=") for part in f"{box}&zoom={view['zoom'] - 2}".split("&"))
    )
    assert before["count"] == [2], "it splits at the very next zoom that can"


def test_a_cluster_shows_how_many_and_the_share_free(open_map: Open) -> None:
    crowd = [spot(f"{i:04}", 52 + i * 1e-5, 5, 22, 1, 4) for i in range(1240)]
    here = open_map(crowd).at(52, 5, 5)

    expect(here.pins(".cluster")).to_have_text("1.2k")
    expect(here.pins(".cluster .arc")).to_have_attribute("stroke-dasharray", "25 100")


def test_119_on_one_spot_fan_out_and_one_can_be_chosen(open_map: Open) -> None:
    here = open_map(one_spot(119)).at(*CITY, 18)
    here.pins(".stack").click()
    expect(here.pins(".fanned")).to_have_count(119)
    apart = here.inside(
        """(() => { const at = [...document.querySelectorAll(".pin.fanned")].map((pin) => {
             const box = pin.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; });
           return Math.min(...at.flatMap(([x, y], i) => at.slice(i + 1).map(([u, v]) => Math.hypot(x - u, y - v)))); })()"""
    )
    assert apart >= 24, "WCAG 2.2 wants targets 24 px apart"

    here.pins(".fanned").nth(40).click()

    chosen = here.hears("select")["id"]
    assert chosen in {s.id for s in here.world.spots}
    expect(here.pins(".selected")).to_have_count(1)


def test_escape_folds_the_fan(open_map: Open) -> None:
    here = open_map(one_spot(7)).at(*CITY, 18)
    here.pins(".stack").press("Enter")
    expect(here.pins(".fanned")).to_have_count(7)
    expect(here.pins(".fanned").first).to_be_focused()

    here.page.keyboard.press("Escape")

    expect(here.pins(".fanned")).to_have_count(0)
    expect(here.pins(".stack")).to_have_count(1)


def test_a_cluster_of_one_spot_flies_in_and_fans_out_at_once(open_map: Open) -> None:
    here = open_map(one_spot(12)).at(*CITY, 13)

    here.pins(".cluster").click()

    expect(here.pins(".fanned")).to_have_count(12)


def test_old_pins_stay_until_the_new_ones_come_and_are_kept_by_key(open_map: Open) -> None:
    here = open_map(row()).at(*CITY, 16)
    expect(here.pins()).to_have_count(5)
    here.inside("document.querySelectorAll('.pin').forEach((pin) => (pin.mine = true))")
    here.world.api_delay_s = 0.6
    here.world.spots = [*here.world.spots, spot("new", CITY[0] + 0.001, CITY[1])]

    here.tell("refresh")
    here.page.wait_for_timeout(250)

    expect(here.pins()).to_have_count(5)
    expect(here.pins()).to_have_count(6)
    assert (
        here.inside("[...document.querySelectorAll('.pin')].filter((pin) => pin.mine).length") == 5
    )


def test_a_stale_request_is_aborted(open_map: Open) -> None:
    here = open_map(row()).at(*CITY, 16)
    here.world.api_delay_s = 0.5
    with here.page.expect_event("requestfailed") as failed:
        here.tell("filters", query="min_kw=50")
        here.page.wait_for_timeout(100)
        here.tell("filters", query="min_kw=10")
    assert "min_kw=50" in failed.value.url
    expect(here.pins()).to_have_count(5)


def test_filters_of_the_address_and_of_the_page_are_asked_for(open_map: Open) -> None:
    spots = [spot("slow", *CITY, 11), spot("fast", CITY[0] + 0.001, CITY[1], 150)]
    here = open_map(spots).at(*CITY, 16, "&min_kw=100&utm=x")
    expect(here.pins()).to_have_count(1)
    assert here.world.asked("/api/v1/map")[0].endswith("&min_kw=100")

    here.tell("filters", query="")

    expect(here.pins()).to_have_count(2)


def test_a_small_pan_asks_nothing_and_a_large_one_asks_once(open_map: Open) -> None:
    here = open_map(row()).at(*CITY, 16)
    here.page.mouse.move(300, 500)

    def drag(pixels: int) -> None:
        here.forget()
        here.page.mouse.move(500, 600)
        here.page.mouse.down()
        here.page.mouse.move(500 + pixels, 600, steps=5)
        here.page.wait_for_timeout(120)  # At rest before letting go: no inertia.
        here.page.mouse.up()
        here.hears("view")

    drag(60)
    assert len(here.world.asked("/api/v1/map")) == 1
    drag(400)
    assert len(here.world.asked("/api/v1/map")) == 2


def test_a_drag_that_leaves_what_is_held_asks_before_it_is_let_go(open_map: Open) -> None:
    here = open_map(row()).at(*CITY, 16)
    here.hears("view")
    here.forget()
    here.page.mouse.move(900, 600)
    here.page.mouse.down()
    here.page.mouse.move(100, 600, steps=8)

    here.hears("pins")

    assert here.heard("view") == []  # The list waits until the map is let go.
    here.page.mouse.up()
    here.hears("view")


def test_the_view_tells_where_and_how_many(open_map: Open) -> None:
    here = open_map(row()).at(*CITY, 16)
    view = here.hears("view", "m.settled")

    assert (view["lat"], view["lon"], view["zoom"]) == pytest.approx((*CITY, 16), abs=1e-4)
    assert view["total"] == 5
    assert view["west"] < CITY[1] < view["east"]
    assert view["south"] < CITY[0] < view["north"]


def test_an_empty_box_says_nought(open_map: Open) -> None:
    here = open_map(row()).at(10, -30, 12)

    assert here.hears("view", "m.settled")["total"] == 0


def test_the_last_view_returns(open_map: Open) -> None:
    here = open_map(row()).at(*CITY, 14)

    here.open("/")

    view = here.hears("view")
    assert (view["lat"], view["lon"], view["zoom"]) == pytest.approx((*CITY, 14), abs=1e-4)


def test_a_first_visit_sees_the_default_box(open_map: Open) -> None:
    view = open_map(row()).open("/").hears("view")

    assert view["west"] <= -10
    assert view["east"] >= 24


def test_a_station_s_address_shows_the_station(open_map: Open) -> None:
    here = open_map(row()).open("/station/station-3")

    expect(here.pins(".selected")).to_have_accessible_name("Station, 1 of 2 free, 22 kW")
    assert here.hears("view")["lon"] == pytest.approx(CITY[1] + 0.002, abs=1e-4)


def test_choosing_a_pin_tells_the_page_and_the_ground_lets_go(open_map: Open) -> None:
    here = open_map(row()).at(*CITY, 16)

    here.pins().first.click()
    chosen = here.hears("select")
    assert {"id", "lat", "lon"} <= set(chosen)
    expect(here.pins(".selected")).to_have_count(1)

    here.page.mouse.click(500, 650)
    here.hears("deselect")
    expect(here.pins(".selected")).to_have_count(0)


def test_enter_chooses_and_keeps_the_focus(open_map: Open) -> None:
    here = open_map(row()).at(*CITY, 16)

    here.pins().first.press("Enter")

    here.hears("select")
    expect(here.pins(".selected")).to_be_focused()


def test_a_station_from_the_list_is_found_inside_its_cluster(open_map: Open) -> None:
    here = open_map(row()).at(*CITY, 8)
    expect(here.pins(".cluster")).to_have_count(1)

    here.tell("select", id="station-1", lat=CITY[0], lon=CITY[1] - 0.002)

    expect(here.pins(".selected")).to_have_count(1)
    assert here.hears("view", "m.zoom >= 16")["zoom"] == 16


def test_panel_and_sheet_leave_the_chosen_pin_visible(open_map: Open) -> None:
    here = open_map(row(3, 0.001), size=(390, 844)).at(*CITY, 16)
    here.pins().nth(1).click()

    here.tell("padding", left=0, top=120, bottom=480)

    here.page.wait_for_function("heard.filter((m) => m.type === 'view').length > 1")
    box = here.pins(".selected .face").bounding_box()
    assert box is not None
    assert box["y"] >= 120
    assert box["y"] + box["height"] <= 844 - 480
    buttons = here.frame.get_by_label("Zoom out").bounding_box()
    assert buttons is not None
    assert buttons["y"] + buttons["height"] <= 844 - 480


def test_fly_and_fit_move_the_map(open_map: Open) -> None:
    here = open_map(row(), reduced_motion="reduce").at(*CITY, 16)

    here.tell("fly", lat=48.85, lon=2.35, zoom=13)
    view = here.hears("view", "m.zoom === 13")
    assert (view["lat"], view["lon"]) == pytest.approx((48.85, 2.35), abs=1e-3)

    here.tell("fit", west=4, south=51, east=6, north=53)
    view = here.hears("view", "m.lat > 50 && m.zoom < 10")
    assert view["west"] <= 4 < 6 <= view["east"]


def test_across_the_antimeridian_both_sides_show(open_map: Open) -> None:
    spots = [spot("west", -17, 179.9), spot("east", -17, -179.9)]
    here = open_map(spots).at(-17, 179.99, 10)

    expect(here.pins()).to_have_count(2)
    view = here.hears("view", "m.settled")
    assert view["west"] > 0 > view["east"]
    assert view["total"] == 2


def test_a_lost_api_is_said_and_heals(open_map: Open) -> None:
    here = open_map(row()).at(*CITY, 16)
    here.world.api = "fail"
    here.tell("refresh")
    assert here.hears("error")["what"] == "stations"
    expect(here.pins()).to_have_count(5)
    assert here.hears("view", "!m.settled")

    here.world.api = "ok"

    here.hears("recovered")
    expect(here.pins()).to_have_count(5)


def test_reachable_tiles_are_shown_with_their_credit(open_map: Open) -> None:
    here = open_map(row(), tiles="ok").at(*CITY, 12)

    assert here.hears("tiles")["state"] == "online"
    expect(here.frame.locator(".leaflet-tile-loaded").first).to_be_visible()
    expect(here.frame.get_by_role("link", name="OpenStreetMap")).to_be_visible()
    expect(here.frame.locator("canvas")).to_have_count(0)


def test_failing_tiles_give_way_quietly_and_come_back(open_map: Open) -> None:
    here = open_map(row(), tiles="fail").at(*CITY, 8)
    assert here.hears("tiles")["state"] == "offline"
    expect(here.frame.get_by_role("status")).to_have_text(
        "Map tiles are not reachable; built-in map"
    )
    expect(here.frame.locator("canvas").first).to_be_attached()
    expect(here.frame.locator(".credit")).to_contain_text("GeoNames")
    asked = len(here.world.asked("/tiles/"))
    here.page.wait_for_timeout(500)
    assert len(here.world.asked("/tiles/")) == asked, "a refusing server is left alone"

    here.world.tiles = "ok"
    here.inside("window.dispatchEvent(new Event('online'))")

    here.hears("tiles", "m.state === 'online'")
    expect(here.frame.locator("canvas")).to_have_count(0)


def test_slow_tiles_are_bridged_by_the_built_in_map(open_map: Open) -> None:
    here = open_map(row(), tiles="slow").at(*CITY, 8)
    here.hears("tiles", "m.state === 'offline'")
    expect(here.frame.locator("canvas").first).to_be_attached()
    here.hears("tiles", "m.state === 'online'")


def test_without_tiles_the_built_in_map_needs_no_apology(open_map: Open) -> None:
    here = open_map(row()).at(52, 6, 7)

    expect(here.frame.get_by_text("Hamburg", exact=True)).to_be_attached()
    expect(here.frame.locator(".notice")).not_to_be_visible()
    assert here.heard("tiles") == []


def test_land_and_water_have_the_theme_s_colours(open_map: Open) -> None:
    here = open_map([]).at(52, 5, 7)
    pixel = """([x, y]) => { for (const canvas of document.querySelectorAll("canvas")) {
        const box = canvas.getBoundingClientRect();
        if (x < box.left || y < box.top || x >= box.right || y >= box.bottom) continue;
        const scale = canvas.width / box.width;
        return [...canvas.getContext("2d").getImageData((x - box.left) * scale, (y - box.top) * scale, 1, 1).data];
      } }"""
    here.page.wait_for_load_state("networkidle")
    frame = here.page.frames[1]
    north_sea, germany = [318, 250], [900, 400]
    assert frame.evaluate(pixel, north_sea)[:3] == [0xCF, 0xE0, 0xEE]
    assert frame.evaluate(pixel, germany)[:3] == [0xEE, 0xF1, 0xEC]

    here.tell("theme", value="dark")

    frame.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    here.page.wait_for_timeout(300)
    assert frame.evaluate(pixel, north_sea)[:3] == [0x0A, 0x14, 0x22]


def test_close_up_there_is_paper_and_the_nearest_place(open_map: Open) -> None:
    here = open_map(row()).at(*CITY, 16)

    expect(here.frame.locator(".place")).to_have_text("Built-in map · in Utrecht")
    expect(here.frame.locator(".scale")).to_have_text("100 m")


def test_the_scale_speaks_miles(open_map: Open) -> None:
    here = open_map(row()).at(*CITY, 10)
    here.tell("units", value="mi")

    expect(here.frame.locator(".scale")).to_have_text("5 mi")


def test_the_layers_button_brings_the_built_in_map_and_remembers(open_map: Open) -> None:
    here = open_map(row(), tiles="ok").at(*CITY, 8)
    here.frame.get_by_label("Use the built-in map").click()
    expect(here.frame.locator("canvas").first).to_be_attached()
    expect(here.frame.locator(".leaflet-tile-pane img")).to_have_count(0)

    here.open("/")

    expect(here.frame.locator("canvas").first).to_be_attached()


def test_the_legend_opens_and_escape_closes_it(open_map: Open) -> None:
    here = open_map(row()).at(*CITY, 12)
    button = here.frame.get_by_role("button", name="What the pins mean")
    button.click()
    legend = here.frame.get_by_role("region", name="What the pins mean")
    expect(legend).to_be_visible()
    expect(legend.locator("li")).to_have_count(9)

    here.page.keyboard.press("Escape")

    expect(legend).not_to_be_visible()
    expect(button).to_be_focused()


def test_locate_me_goes_there(open_map: Open) -> None:
    place: Any = {"latitude": 52.37, "longitude": 4.9, "accuracy": 40}
    here = open_map(row(), geolocation=place, permissions=["geolocation"]).at(*CITY, 12)

    here.frame.get_by_label("Show where I am").click()

    assert here.hears("located") | {"lat": 52.37, "lon": 4.9, "accuracy_m": 40} == here.hears(
        "located"
    )
    expect(here.frame.get_by_role("img", name="You are here")).to_be_attached()
    here.hears("view", "m.lat > 52.3")


def test_a_refused_location_is_told(open_map: Open) -> None:
    here = open_map(row()).at(*CITY, 12)

    here.frame.get_by_label("Show where I am").click()

    assert here.hears("locate_failed")["reason"] == "denied"
    expect(here.frame.get_by_role("status")).to_be_visible()


def test_strangers_are_not_heard(open_map: Open) -> None:
    here = open_map(row()).at(*CITY, 16)
    fly = "{source: 'chargesphere', type: 'fly', lat: 0, lon: 0, zoom: 5}"
    here.inside(f"window.postMessage({fly}, '*')")  # From the frame itself, not from its page.
    here.page.evaluate("frames[0].postMessage({type: 'fly', lat: 0, lon: 0, zoom: 5}, '*')")
    here.tell("constructor")
    here.page.wait_for_timeout(300)

    assert here.inside("localStorage.getItem('chargesphere.view')").endswith(",16")


def test_data_credit_is_text_and_links_only(open_map: Open) -> None:
    here = open_map(row()).at(*CITY, 12)

    here.tell(
        "attribution",
        html='<a href="https://example.org">Feed</a><img src=x onerror="top.bad=1"> more',
    )

    expect(here.frame.get_by_role("link", name="Feed")).to_have_attribute(
        "href", "https://example.org"
    )
    assert here.frame.locator(".credit img").count() == 0
    assert here.page.evaluate("window.bad") is None


def test_who_wants_less_motion_gets_none(open_map: Open) -> None:
    here = open_map(row(), reduced_motion="reduce").at(*CITY, 16)

    here.inside("""window.moved = 0; new MutationObserver((all) => all.forEach(({target}) => {
        if (target.classList.contains("leaflet-zoom-anim")) window.moved += 1;
      })).observe(document.querySelector(".leaflet-map-pane"), {attributes: true})""")
    here.frame.get_by_label("Zoom in").click()

    here.hears("view", "m.zoom === 17")
    assert here.inside("window.moved") == 0


def test_every_control_can_be_hit_by_a_finger(open_map: Open) -> None:
    here = open_map(five_looks(), size=(390, 844), has_touch=True).at(*CITY, 12)
    expect(here.pins().first).to_be_attached()

    small = here.inside(
        """[...document.querySelectorAll("button:not([hidden])")].filter((button) => button.offsetParent)
           .map((button) => button.getBoundingClientRect()).filter(({width, height}) => Math.min(width, height) < 44).length"""
    )

    assert small == 0
