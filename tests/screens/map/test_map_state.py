"""What the map screen's states show, ask for and refuse."""

import json
import pickle
from typing import Any, TypeVar

import pytest
import reflex as rx
from sqlalchemy import text
from town import CENTRE, Site

from chargesphere import wiring
from chargesphere.features.discovery.rules import Filters
from chargesphere.screens.map.filtering import FilterState, parse_query
from chargesphere.screens.map.searching import SearchState
from chargesphere.screens.map.state import MAX_ROWS, MapState
from chargesphere.screens.station.state import StationState

T = TypeVar("T", bound=rx.State)
VIEW = {
    "lat": CENTRE[0],
    "lon": CENTRE[1],
    "zoom": 11,
    "west": 4.6,
    "south": 51.7,
    "east": 5.6,
    "north": 52.5,
}


@pytest.fixture
def root() -> rx.State:
    """A session as Reflex makes it: the root with every state of the app beneath."""
    return rx.State()


def state(root: rx.State, kind: type[T]) -> T:
    return root.get_substate(kind.get_full_name().split("."))  # type: ignore[return-value]  # Reflex looks it up by name.


async def run(handler: Any) -> None:
    """Run a handler, generator or not, as the event loop would."""
    if hasattr(handler, "__aiter__"):
        async for _ in handler:
            pass
    else:
        await handler


async def shown(root: rx.State) -> MapState:
    screen = state(root, MapState)
    await run(screen.moved(VIEW))
    return screen


async def test_a_view_lists_what_is_in_it(root: rx.State, services: wiring.Services) -> None:
    screen = await shown(root)
    assert screen.face == "content"
    assert screen.total > 20
    assert len(screen.rows) == 20
    assert screen.address.startswith("/?lat=52.09070&lon=5.12140&zoom=11")
    assert all(row.distance == "" for row in screen.rows), "nobody said where the driver is"


async def test_a_server_that_has_just_started_looks_around(
    root: rx.State, services: wiring.Services
) -> None:
    services.live.close()
    screen = await shown(root)
    assert (screen.face, screen.error, screen.notice) == ("loading", "", "")
    search = state(root, SearchState)
    await run(search.type("utrecht"))
    assert (search.face, search.answered) == ("error", "utrecht"), "never searching for ever"
    await services.live.start()
    assert (await shown(root)).face == "content"


async def test_distances_are_said_once_the_driver_is_located(
    root: rx.State, services: wiring.Services
) -> None:
    screen = await shown(root)
    await run(screen.located(CENTRE[0], CENTRE[1], 12.0))
    assert all(row.distance for row in screen.rows)
    screen.units = "mi"
    await run(screen.sort_by("distance"))
    assert all(row.distance.endswith((" mi", " ft")) for row in screen.rows)


async def test_more_rows_are_added_up_to_a_limit(root: rx.State, services: wiring.Services) -> None:
    screen = await shown(root)
    for _ in range(6):
        await run(screen.show_more())
    assert len(screen.rows) <= MAX_ROWS
    assert len({row.id for row in screen.rows}) == len(screen.rows)


async def test_what_is_shown_stays_true_while_the_page_stays_open(
    root: rx.State, services: wiring.Services, sites: list[Site]
) -> None:
    screen, detail = await shown(root), state(root, StationState)
    await run(screen.show_more())
    await run(screen.select(sites[0].id))
    known = detail.card.line
    assert "not known" not in known
    async with services.database.transaction() as connection:
        await connection.execute(text("UPDATE feed SET observed_at = '2026-01-01 00:00:00'"))
        await connection.execute(
            text("INSERT INTO change (kind, at) VALUES ('feed', '2026-01-01 00:00:00')")
        )
    await services.live._tick()
    await run(screen.look_again())
    assert len(screen.rows) == 40, "rows that were loaded stay"
    assert all(row.tone == "unknown" for row in screen.rows)
    assert "not known" in detail.card.line


async def test_filters_reach_the_list_and_the_address(
    root: rx.State, services: wiring.Services
) -> None:
    screen, form = await shown(root), state(root, FilterState)
    before = screen.total
    form.toggle_connector("ccs2")
    form.choose_power(50)
    await run(screen.refilter())
    assert 0 < screen.total < before
    assert screen.address.endswith("&connector=ccs2&min_kw=50")
    assert form.asked == 2
    assert form.sentence == "CCS and 50 kW or more, all on one plug"


async def test_an_empty_view_says_what_to_relax_and_what_is_nearest(
    root: rx.State, services: wiring.Services
) -> None:
    screen, form = await shown(root), state(root, FilterState)
    form.choose_power(1000)
    await run(screen.refilter())
    assert screen.face == "empty"
    assert [way.name for way in screen.relaxed] == ["min_kw"]
    form.drop("min_kw")
    await run(screen.refilter())
    await run(
        screen.moved(
            VIEW | {"lat": 0.0, "lon": 0.0, "west": -1, "south": -1, "east": 1, "north": 1}
        )
    )
    assert screen.face == "empty"
    assert screen.nearest[0].distance.endswith("km")
    screen.go_nearest()
    assert screen.command["kind"] == "fly"


async def test_opening_takes_over_the_address_and_leaves_out_what_is_wrong(
    root: rx.State, services: wiring.Services
) -> None:
    screen, form = state(root, MapState), state(root, FilterState)
    await run(screen.open("", "?lat=52&lon=5&zoom=9&connector=ccs2&min_kw=fast&available=true"))
    assert form.connectors == ["ccs2"]
    assert form.available
    assert form.min_kw == 0
    assert "min_kw" in screen.notice


async def test_a_station_opens_and_closes(
    root: rx.State, services: wiring.Services, sites: list[Site]
) -> None:
    screen, detail = await shown(root), state(root, StationState)
    site = sites[0]
    await run(screen.select(site.id))
    assert screen.mode == "station"
    assert detail.face == "content"
    assert detail.card.coordinates == f"{site.lat:.6f}, {site.lon:.6f}"
    assert screen.page_title.endswith("· ChargeSphere")
    screen.deselect()
    assert screen.mode == "list"
    assert screen.selected == ""


async def test_a_merged_station_opens_under_its_new_id(
    root: rx.State, services: wiring.Services, sites: list[Site]
) -> None:
    screen = await shown(root)
    await run(screen.select("mergedstation1"))
    assert screen.selected == sites[0].id


async def test_an_unknown_station_has_a_face_of_its_own(
    root: rx.State, services: wiring.Services
) -> None:
    screen, detail = await shown(root), state(root, StationState)
    await run(screen.select("nosuchstation"))
    assert detail.face == "missing"


@pytest.mark.parametrize(
    "view",
    [
        None,
        "here",
        {},
        {**VIEW, "lat": "52"},
        {**VIEW, "lat": float("nan")},
        {**VIEW, "zoom": 99},
        {**VIEW, "south": 60},
    ],
)
async def test_a_stranger_who_sends_nonsense_changes_nothing(
    root: rx.State, services: wiring.Services, view: Any
) -> None:
    screen = state(root, MapState)
    await run(screen.moved(view))
    assert screen.address == ""
    assert screen.face == "loading"


async def test_no_handler_falls_over_wrong_arguments(
    root: rx.State, services: wiring.Services
) -> None:
    screen, form, search = await shown(root), state(root, FilterState), state(root, SearchState)
    detail = state(root, StationState)
    for call in (
        lambda: form.toggle_connector("ccs9"),
        lambda: form.toggle_access("everyone"),
        lambda: form.choose_power("fast"),
        lambda: form.choose_max_power(-5),
        lambda: form.step_points(10**9),
        lambda: form.use_set({"no": "set"}),
        lambda: form.drop(None),
        lambda: screen.rested("upside down"),
        lambda: screen.locate_failed(None),
        lambda: screen.go_to("x", None, 0, 0, 0, 0),
        lambda: search.take("first", recent=True),
        lambda: detail.toggle_menu("escape"),
    ):
        call()
    await run(screen.sort_by("colour"))
    await run(screen.located("x", None, "y"))
    await run(search.type(17))
    assert screen.sort == "distance"
    assert screen.stop == "half"
    assert form._filters() == Filters()


async def test_the_state_stays_small(
    root: rx.State, services: wiring.Services, sites: list[Site]
) -> None:
    """Sessions are pickled on every event where Redis keeps them."""
    screen = await shown(root)
    for _ in range(6):
        await run(screen.show_more())
    await run(screen.select(sites[0].id))
    await run(state(root, SearchState).type("utrecht"))
    state(root, FilterState).type_network("e")
    for kind in (MapState, FilterState, SearchState, StationState):
        assert len(pickle.dumps(state(root, kind).dict())) < 20_000


async def test_search_answers_what_was_asked(
    root: rx.State, services: wiring.Services, sites: list[Site]
) -> None:
    await shown(root)
    search = state(root, SearchState)
    await run(search.type(f" {sites[0].street} "))
    assert search.answered == sites[0].street
    assert search.hits[0].kind == "station"
    await run(search.type("zzzzqqqq"))
    assert search.face == "empty"
    await run(search.type("u"))
    assert search.face == "idle"


async def test_where_one_went_is_remembered_once_and_can_be_forgotten(
    root: rx.State, services: wiring.Services
) -> None:
    await shown(root)
    search = state(root, SearchState)
    for _ in range(2):
        await run(search.type("Groningen"))
        search.take(0, recent=False)
    assert len(search.recents) == 1
    search.recent_text = '[{"kind": "damaged"}]'
    assert search.recents == []
    search.forget()
    assert search.recent_text == "[]"


def test_filter_sets_survive_damage_and_replace_by_name(root: rx.State) -> None:
    form = state(root, FilterState)
    form.saved = "not json"
    assert form.saved_sets == []
    form.available = True
    form.set_name = "Now"
    form.save_set()
    form.set_name = "NOW"
    form.save_set()
    assert [kept.name for kept in form.saved_sets] == ["NOW"]
    form.available = False
    form.use_set("NOW")
    assert form.available
    form.forget_set("NOW")
    assert json.loads(form.saved) == []


def test_parse_query_keeps_what_is_right() -> None:
    filters, complaint = parse_query({"connector": "x", "min_kw": "y", "open": "now", "lat": "52"})
    assert filters == Filters(open_now=True)
    assert complaint


HANDLERS = {
    "FilterState": {
        "avoid_network", "choose_max_power", "choose_power", "drop", "forget_set", "name_set", "reset_filters",
        "save_set", "step_points", "toggle_access", "toggle_available", "toggle_connector", "toggle_fast",
        "toggle_no_fee", "toggle_open", "type_network", "use_set", "want_network",
    },
    "MapState": {
        "apologise", "choose", "deselect", "dismiss", "go_nearest", "go_to", "hide_banner", "in_trouble", "locate_failed",
        "located", "look_again", "moved", "open", "refilter", "rested", "retry", "select", "show_filters", "show_list", "show_more",
        "sort_by", "step_back", "switch_units", "went_back",
    },
    "SearchState": {"forget", "take", "type"},
    "StationState": {"toggle_menu"},
}  # fmt: skip


def test_every_handler_a_browser_can_call_is_listed_here() -> None:
    """Whoever adds one must think of who may call it, and with what."""
    for kind in (FilterState, MapState, SearchState, StationState):
        own = {name for name in kind.event_handlers if name != "setvar" and hasattr(kind, name)}
        inherited = set(rx.State.event_handlers)
        assert own - inherited == HANDLERS[kind.__name__]
