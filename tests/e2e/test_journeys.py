"""A driver's journeys in a real browser over the small town of ``city.py``."""

import re

import city
import pytest
from browsing import Served, Visit
from playwright.sync_api import FrameLocator, Page, expect

pytestmark = pytest.mark.browser

LAT, LON = city.UTRECHT
STREET = f"/?lat={LAT}&lon={LON}&zoom=16"


def frame(page: Page) -> FrameLocator:
    return page.frame_locator("iframe.map-frame")


def opened(visit: Visit, served: Served, path: str) -> Page:
    visit.page.goto(served.url + path)
    expect(visit.page.get_by_role("heading", level=1).first).not_to_have_text("Looking around…")
    return visit.page


def test_a_driver_finds_filters_and_opens_a_station(desktop: Visit, served: Served) -> None:
    page = opened(desktop, served, STREET)
    expect(page.get_by_role("heading", level=1)).to_contain_text("in view")
    page.get_by_role("button", name="CCS", exact=True).click()
    page.get_by_role("button", name="50 kW or more").click()
    expect(page.locator(".list-words")).to_have_text("With CCS and 50 kW or more, all on one plug.")
    page.locator(".row", has_text="Domplein Snelladers").click()
    expect(page.get_by_role("heading", name="Domplein Snelladers")).to_be_visible()
    expect(page.locator(".honest__line")).to_have_text("2 of 4 free")
    expect(page.locator(".honest__age")).to_contain_text("replayed")
    expect(page.locator(".price__lines")).to_contain_text("€ 0.70 per kWh")
    assert re.search(r"/station/[a-z0-9-]+$", page.url)
    assert page.title() == "Domplein Snelladers · ChargeSphere"


def test_back_closes_the_station_and_the_view_is_as_it_was(desktop: Visit, served: Served) -> None:
    page = opened(desktop, served, STREET)
    expect(page).to_have_url(re.compile(r"zoom=16"))
    before = page.url
    page.locator(".row", has_text="Domplein Snelladers").click()
    expect(page).to_have_url(re.compile("/station/"))
    page.go_back()
    expect(page.locator(".list-head h1")).to_contain_text("in view")
    expect(page).to_have_url(re.compile(r"zoom=16"))
    assert re.search(r"lat=52\.09", page.url), before
    page.go_forward()
    expect(page.get_by_role("heading", name="Domplein Snelladers")).to_be_visible()


def test_a_link_to_a_station_opens_it_and_closing_leads_to_the_map(
    desktop: Visit, served: Served
) -> None:
    page = opened(desktop, served, STREET)
    page.locator(".row", has_text="Domplein Snelladers").click()
    expect(page).to_have_url(re.compile("/station/"))
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    expect(page.get_by_role("heading", name="Domplein Snelladers")).to_be_visible()
    assert page.url == link
    page.get_by_role("button", name="Close the station").click()
    expect(page.locator(".list-head h1")).to_contain_text("in view")
    expect(page).to_have_url(re.compile(r"/\?lat="))


def test_the_address_keeps_view_and_filters_over_a_reload(desktop: Visit, served: Served) -> None:
    page = opened(desktop, served, f"{STREET}&connector=ccs2&min_kw=50")
    expect(page.locator(".badge")).to_have_text("2")
    heading = page.locator(".list-head h1").text_content()
    page.reload()
    expect(page.locator(".badge")).to_have_text("2")
    expect(page.locator(".list-head h1")).to_have_text(heading or "")
    assert "connector=ccs2" in page.url


def test_the_last_view_returns(desktop: Visit, served: Served) -> None:
    page = opened(desktop, served, STREET)
    expect(page).to_have_url(re.compile("zoom=16"))
    page.goto(served.url + "/")
    expect(page).to_have_url(re.compile(r"lat=52\.09.*zoom=16"))


def test_a_wrong_filter_in_the_address_is_said_and_left_out(desktop: Visit, served: Served) -> None:
    page = opened(desktop, served, f"{STREET}&connector=ccs9&available=true")
    expect(page.locator(".toast[role=status]")).to_contain_text("ccs9")
    expect(page.locator(".badge")).to_have_text("1")
    # The map asked before the page was up and was refused; now it asks what is left.
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"zoom=16&available=true$"))
    desktop.complaints.clear()  # The browser reports that refusal.


def test_an_empty_view_offers_the_nearest_and_names_the_filter_to_relax(
    desktop: Visit, served: Served
) -> None:
    page = opened(desktop, served, f"{STREET}&min_kw=400")
    expect(page.locator(".face h2")).to_have_text("No station here")
    relax = page.get_by_role("button", name=re.compile("Without “minimum power”"))
    relax.click()
    expect(page.locator(".list-head h1")).to_contain_text("in view")
    page.goto(f"{served.url}/?lat=52.5&lon=4.0&zoom=12")
    page.get_by_role("button", name=re.compile("Nearest match")).click()
    expect(page.locator(".list-head h1")).to_contain_text("in view")


def test_search_finds_stations_places_and_plugs_by_keyboard(desktop: Visit, served: Served) -> None:
    page = opened(desktop, served, STREET)
    page.keyboard.press("/")
    field = page.get_by_role("combobox")
    expect(field).to_be_focused()
    field.type("domplein", delay=20)
    expect(page.get_by_role("option").first).to_contain_text("Domplein")
    field.press("ArrowDown")
    field.press("Enter")
    expect(page.get_by_role("heading", name="Domplein Snelladers")).to_be_visible()
    field.fill("NL*TST*E00002*1")
    expect(page.get_by_role("option").first).to_contain_text("Oudegracht 112")
    field.fill("Groningen")
    page.get_by_role("option", name=re.compile("Groningen")).first.click()
    expect(page).to_have_url(re.compile(r"/station/|lat=53\."))


def test_recent_searches_are_offered_and_can_be_cleared(desktop: Visit, served: Served) -> None:
    page = opened(desktop, served, STREET)
    field = page.get_by_role("combobox")
    field.fill("Groningen")
    page.get_by_role("option", name=re.compile("Groningen")).first.click()
    field.fill("")
    field.focus()
    expect(page.get_by_role("option").first).to_contain_text("Groningen")
    page.get_by_role("button", name="Clear recent searches").click()
    expect(page.get_by_role("option")).to_have_count(0)


def test_filter_sets_are_kept_in_the_browser(desktop: Visit, served: Served) -> None:
    page = opened(desktop, served, STREET)
    page.get_by_role("button", name=re.compile("^Filters")).click()
    page.get_by_role("group", name="Plug").get_by_role("button", name="CHAdeMO").click()
    page.get_by_label("Name of the set").fill("Old Leaf")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("button", name="Old Leaf", exact=True)).to_be_visible()
    page.get_by_role("button", name="Clear", exact=True).click()
    page.reload()
    page.get_by_role("button", name=re.compile("^Filters")).click()
    page.get_by_role("button", name="Old Leaf", exact=True).click()
    expect(page.locator(".badge")).to_have_text("1")


def test_directions_copy_call_and_report(desktop: Visit, served: Served) -> None:
    page = opened(desktop, served, STREET)
    page.locator(".row", has_text="Domplein Snelladers").click()
    page.get_by_role("button", name="Directions").click()
    for app, address in (
        ("Google Maps", "https://www.google.com/maps/dir/?api=1&destination=52.09"),
        ("Apple Maps", "https://maps.apple.com/?daddr=52.09"),
        ("Waze", "https://waze.com/ul?ll=52.09"),
        ("OpenStreetMap", "https://www.openstreetmap.org/directions?to=52.09"),
    ):
        href = page.get_by_role("link", name=app).get_attribute("href") or ""
        assert href.startswith(address)
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Copy address").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "Domplein 9, 3511 AB Utrecht"
    expect(page.get_by_role("link", name="Report wrong data")).to_be_visible()


def test_long_names_stay_inside_and_codes_give_way_to_the_street(
    desktop: Visit, served: Served
) -> None:
    page = opened(desktop, served, STREET)
    expect(page.locator(".row__title", has_text="Oudegracht 112")).to_be_visible()
    page.locator(".row", has_text="Gemeentelijke").click()
    heading = page.get_by_role("heading", name=city.LONG_NAME)
    expect(heading).to_be_visible()
    box, panel = heading.bounding_box(), page.locator(".panel").bounding_box()
    assert box is not None
    assert panel is not None
    assert box["x"] + box["width"] <= panel["x"] + panel["width"]


def test_the_sheet_stops_three_times_and_the_map_stays_in_reach(
    phone: Visit, served: Served
) -> None:
    page = opened(phone, served, STREET)
    sheet = page.locator(".panel")
    expect(sheet).to_have_attribute("data-stop", "half")
    grip = page.locator(".panel__grip")
    grip.focus()
    grip.press("ArrowUp")
    expect(sheet).to_have_attribute("data-stop", "full")
    grip.press("ArrowDown")
    grip.press("ArrowDown")
    expect(sheet).to_have_attribute("data-stop", "peek")
    page.wait_for_timeout(400)
    box = sheet.bounding_box()
    assert box is not None
    assert 844 - box["y"] < 220


def test_a_lost_connection_is_said_and_heals(desktop: Visit, served: Served) -> None:
    page = opened(desktop, served, STREET)
    page.context.set_offline(True)
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    page.locator(".chip", has_text="Free now").click()
    expect(page.get_by_role("alert").first).to_be_visible(timeout=40_000)
    page.context.set_offline(False)
    expect(page.get_by_role("alert")).to_have_count(0, timeout=40_000)
    desktop.complaints.clear()  # The browser itself complains about what it could not reach.


def test_an_unknown_station_is_said_with_an_honest_status(desktop: Visit, served: Served) -> None:
    answer = desktop.page.goto(f"{served.url}/station/nosuchstation")
    assert answer is not None
    assert answer.status == 404
    expect(desktop.page.get_by_role("heading", name="This station is not known")).to_be_visible()
    desktop.complaints.clear()  # The browser reports the 404 that we asked for.


def test_a_shared_link_has_a_preview(served: Served, desktop: Visit) -> None:
    page = opened(desktop, served, STREET)
    page.locator(".row", has_text="Domplein Snelladers").click()
    expect(page).to_have_url(re.compile("/station/"))
    text = page.context.request.get(page.url).text()
    assert "<title>Domplein Snelladers · ChargeSphere</title>" in text
    assert 'property="og:description" content="Domplein 9, Utrecht · 4 × CCS 300 kW' in text
    assert text.count("<title>") == 1
    for picture in ("/share.png", "/apple-touch-icon.png", "/icon.svg"):
        assert page.context.request.get(served.url + picture).ok


def test_location_refused_still_works(desktop: Visit, served: Served) -> None:
    page = opened(desktop, served, STREET)
    frame(page).get_by_role("button", name=re.compile("location|where I am", re.IGNORECASE)).click()
    expect(page.locator(".toast")).to_contain_text("location")
    page.get_by_role("button", name="OK").click()
    expect(page.locator(".list-head h1")).to_contain_text("in view")


def test_location_given_shows_distances(desktop: Visit, served: Served) -> None:
    page = desktop.page
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": LAT, "longitude": LON})
    opened(desktop, served, STREET)
    frame(page).get_by_role("button", name=re.compile("location|where I am", re.IGNORECASE)).click()
    expect(page.locator(".row__distance").first).to_contain_text(re.compile(r"\d (m|km)"))
    page.get_by_role("button", name="Switch between kilometres and miles").click()
    expect(page.locator(".row__distance").first).to_contain_text(re.compile(r"\d (ft|mi)"))


def test_back_closes_the_station_then_lowers_the_sheet(phone: Visit, served: Served) -> None:
    page = opened(phone, served, STREET)
    sheet = page.locator(".panel")
    grip = page.locator(".panel__grip")
    grip.focus()
    grip.press("ArrowUp")
    expect(sheet).to_have_attribute("data-stop", "full")
    page.locator(".row", has_text="Domplein Snelladers").click()
    expect(page.get_by_role("heading", name="Domplein Snelladers")).to_be_visible()
    expect(sheet).to_have_attribute("data-stop", "half")
    page.go_back()
    expect(page.locator(".row", has_text="Domplein Snelladers")).to_be_visible()
    expect(sheet).to_have_attribute("data-stop", "full")
    page.go_back()
    expect(sheet).to_have_attribute("data-stop", "half")
    assert page.url.startswith(served.url)


def test_escape_closes_what_was_opened_last(desktop: Visit, served: Served) -> None:
    page = opened(desktop, served, STREET)
    page.locator(".row", has_text="Domplein Snelladers").click()
    expect(page.get_by_role("heading", name="Domplein Snelladers")).to_be_visible()
    page.get_by_role("button", name="Filters").click()
    expect(page.get_by_role("heading", name="Filters")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Domplein Snelladers")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".list-head h1")).to_contain_text("in view")


def test_an_unknown_address_leads_back_to_the_map(desktop: Visit, served: Served) -> None:
    answer = desktop.page.goto(f"{served.url}/nowhere")
    assert answer is not None
    assert answer.status == 404
    desktop.page.get_by_role("link", name="Back to the map").click()
    expect(desktop.page.locator(".list-head h1")).to_contain_text("in view")
    desktop.complaints.clear()  # The browser reports the 404 that we asked for.


def test_what_is_shown_is_asked_for_again_every_minute(desktop: Visit, served: Served) -> None:
    page = desktop.page
    page.clock.install()
    opened(desktop, served, STREET)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.fast_forward(61_000)
    page.wait_for_timeout(100)
    page.clock.run_for(1_000)
    with page.expect_request(re.compile("/api/v1/map")):
        page.clock.fast_forward(61_000)
