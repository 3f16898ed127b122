// The map's own document: Leaflet, the pins, the map beneath them, and the bridge to the page.
// folium's script calls `L.map`; the document then calls `chargesphereFrame.start` with the result.

import { EPSG3857, Map as LeafletMap, createMap, latLng, point } from "./leaflet.js";
import { Basemap, PAPER_ZOOM } from "./basemap.js";
import { connect, stage } from "./bridge.js";
import { Controls } from "./controls.js";
import { fanOut } from "./fan.js";
import { boxOf, project, smallestZoom, wrap } from "./geo.js";
import { Dot, whereAmI } from "./locate.js";
import { addSprite } from "./looks.js";
import { Pins } from "./pins.js";
import { compose, oneSpot } from "./scene.js";
import { Stations, peek } from "./stations.js";
import { Tiles } from "./tiles.js";
import { MAX_ZOOM, effectiveTheme, recall, remember, rememberView } from "./view.js";

const REPORT_MS = 150;
const PAINT_MS = 40;
const DRAG_MS = 250;
const NOTICE_MS = 8_000;
const PLACE_ZOOM = 12;
const STATION_ZOOM = 16;
const AWAY_MS = 60_000;
const LAYER_KEY = "chargesphere.layer";
const OFFLINE = "Map tiles are not reachable; built-in map";

const still = window.matchMedia("(prefers-reduced-motion: reduce)");

LeafletMap.mergeOptions({
  zoomAnimation: !still.matches,
  markerZoomAnimation: !still.matches,
  fadeAnimation: !still.matches,
  inertia: !still.matches,
});
window.L = { CRS: { EPSG3857 }, map: createMap };
window.chargesphereFrame = {
  async start(map) {
    const boot = window.chargesphereBoot;
    const view = await boot.view;
    new Frame(map, boot, view);
  },
};

class Frame {
  constructor(map, boot, view) {
    this.map = map;
    this.boot = boot;
    this.theme = boot.theme;
    this.padding = { left: 0, top: 0, bottom: 0 };
    this.dataCredit = "";
    this.scene = [];
    this.draggedAt = -Infinity;
    addSprite();
    this.pins = new Pins((entry, byKeyboard) => this.activate(entry, byKeyboard));
    this.controls = new Controls(this.#actions(), { layers: Boolean(boot.config.tiles) });
    this.controls.units = boot.units;
    this.stations = new Stations({
      filters: boot.filters,
      first: boot.first,
      events: {
        loaded: (items) => this.show(items),
        failed: (what, message) => this.fail(what, message),
        recovered: () => this.post("recovered"),
      },
    });
    this.post = connect(this.#messages());
    this.#begin(view);
    this.#buildGround();
    this.#listen();
    this.post("ready");
    boot.station.then((station) => station && this.select(fromDetail(station)));
  }

  // --- what the page may ask ---

  #messages() {
    return {
      hello: () => {
        this.post("ready");
        this.report();
      },
      init: (message) => this.init(message),
      filters: ({ query }) => typeof query === "string" && this.stations.setFilters(query),
      select: ({ id, lat, lon }) => this.selectById(id, lat, lon),
      deselect: () => this.deselect(),
      fly: (place) => this.fly(place),
      fit: (box) => this.fit(box),
      theme: ({ value }) => this.setTheme(value),
      padding: ({ left = 0, top = 0, bottom = 0 }) => this.setPadding({ left, top, bottom }),
      units: ({ value }) => this.setUnits(value),
      attribution: ({ html }) => this.setDataCredit(html),
      refresh: () => this.stations.refresh(),
      locate: () => this.locate(),
    };
  }

  init({ filters, theme, units, padding, attribution, selected, view }) {
    if (theme) this.setTheme(theme);
    if (units) this.setUnits(units);
    if (padding) this.setPadding({ ...this.padding, ...padding });
    if (attribution) this.setDataCredit(attribution);
    if (typeof filters === "string") this.stations.setFilters(filters);
    if (view) this.fly(view);
    if (selected) this.selectById(selected);
  }

  setTheme(theme) {
    this.theme = theme;
    remember("chargesphere.theme", theme);
    const effective = effectiveTheme(theme);
    if (document.documentElement.dataset.theme === effective) return;
    document.documentElement.dataset.theme = effective;
    this.tiles?.setTheme(effective);
    this.basemap.recolour();
  }

  setUnits(units) {
    if (units !== "km" && units !== "mi") return;
    remember("chargesphere.units", units);
    this.controls.units = units;
    this.#measure();
  }

  setPadding(padding) {
    this.padding = padding;
    for (const [side, pixels] of Object.entries(padding))
      document.documentElement.style.setProperty(`--pad-${side}`, `${pixels}px`);
    if (this.selected) this.#keepVisible(this.selected);
    this.report();
  }

  setDataCredit(html) {
    this.dataCredit = html ?? "";
    this.#credit();
  }

  // --- stations ---

  show(items) {
    this.items = items;
    if (this.selected) this.#refreshSelected();
    this.#compose();
    performance.mark("pins");
    stage("pins");
    this.#openPendingFan();
    this.basemap.labels.update();
    this.report();
    this.post("pins", { items: items.length });
    this.#groundSoon();
  }

  fail(what, message) {
    stage("pins");
    this.post("error", { what, message });
    this.report();
    this.#groundSoon();
  }

  #compose() {
    if (!this.items) return;
    this.scene = compose(this.items, this.map.getZoom(), this.selected?.id);
    this.pins.setEntries(this.scene);
    if (!this.fan) return;
    const stack = this.scene.find(({ key }) => key === this.fan.key);
    this.#setFan(stack ? fanOut(stack, stack.members) : null);
  }

  activate(entry, byKeyboard) {
    if (entry.kind === "station") {
      this.select(entry);
      this.post("select", { id: entry.id, lat: entry.lat, lon: wrap(entry.lon) });
    } else if (entry.kind === "stack") this.#openFan(entry, byKeyboard);
    else this.split(entry);
  }

  select(station) {
    this.selected = station;
    if (!this.fan?.members.some(({ id }) => id === station.id)) this.fold();
    this.pins.setSelected(station);
    this.#keepVisible(station);
  }

  /** From a list or an address: the station may be anywhere, and inside a cluster. */
  async selectById(id, lat, lon) {
    if (!id || this.selected?.id === id) return;
    const known = this.items?.find((item) => item.id === id) ?? (await this.#find(id, lat, lon));
    if (!known) return;
    if (!this.#sees(known)) this.fly({ ...known, zoom: Math.max(this.map.getZoom(), STATION_ZOOM) });
    this.select(known);
  }

  async #find(id, lat, lon) {
    const asked = (this.asked = id);
    const answer = await fetch(`/api/v1/stations/${id}`).catch(() => null);
    if (this.asked !== asked) return null;
    if (answer?.ok) return fromDetail(await answer.json());
    return lat == null || lon == null ? null : { id, lat, lon, kw: null, free: null, points: null };
  }

  #refreshSelected() {
    const fresh = this.items.find((item) => item.id === this.selected.id);
    if (!fresh) return;
    this.selected = fresh;
    this.pins.selected = fresh;
  }

  deselect() {
    this.asked = null;
    this.selected = null;
    this.pins.setSelected(null);
  }

  // Clusters open at the next zoom at which they fall apart.
  async split(cluster) {
    const zoom = this.map.getZoom();
    const reach = { x: 200, y: 200 };
    const box = boxOf({ ...cluster, zoom }, reach);
    for (let next = zoom + 1; next <= MAX_ZOOM; next += 1) {
      const items = await peek(box, next, this.stations.filters).catch(() => null);
      if (!items) return this.fly({ ...cluster, zoom: Math.min(MAX_ZOOM, zoom + 2) });
      if (items.some((item) => isSame(item, cluster, zoom))) continue;
      const members = items.filter((item) => pixelsApart(item, cluster, zoom) < 1);
      if (members.length === cluster.count && oneSpot(members)) this.pendingFan = cluster;
      return this.fly({ ...cluster, zoom: next });
    }
    return this.#fanCluster(cluster);
  }

  // A cluster that no zoom takes apart: its stations are asked for by name.
  async #fanCluster(cluster) {
    const box = boxOf({ ...cluster, zoom: MAX_ZOOM }, { x: 80, y: 80 });
    const sides = [box.west, box.south, box.east, box.north].map((side) => side.toFixed(6));
    const filters = this.stations.filters ? `&${this.stations.filters}` : "";
    const answer = await fetch(`/api/v1/stations?bbox=${sides}&limit=200${filters}`).catch(() => null);
    if (!answer?.ok) return;
    const { items } = await answer.json();
    this.#openFan({ ...cluster, members: items.map(fromDetail) });
  }

  #openFan(stack, byKeyboard = false) {
    this.#setFan(fanOut(stack, stack.members));
    const { reach } = this.fan;
    this.#keepVisible(stack, reach);
    if (byKeyboard) this.pins.drawn.get(this.fan.members[0].key)?.element.focus();
  }

  #openPendingFan() {
    const spot = this.pendingFan;
    if (!spot) return;
    const stack = this.scene.find(
      (entry) => entry.kind === "stack" && pixelsApart(entry, spot, MAX_ZOOM) < 40,
    );
    if (!stack) return;
    this.pendingFan = null;
    this.#openFan(stack);
  }

  fold() {
    this.#setFan(null);
  }

  #setFan(fan) {
    if (!fan && !this.fan) return;
    this.fan = fan;
    document.documentElement.classList.toggle("spread", Boolean(fan));
    this.pins.setFan(fan);
    this.basemap?.labels.update();
  }

  // --- where the map looks ---

  #begin({ lat, lon, zoom }) {
    const { map } = this;
    map.setView([lat, lon], zoom, { animate: false });
    map.setMinZoom(smallestZoom(map.getSize())); // Only now: earlier it would zoom, and animate.
    this.pins.addTo(map);
    this.#moved();
  }

  #listen() {
    const { map } = this;
    map.on("moveend", () => this.#moved());
    map.on("drag", () => this.#dragged());
    map.on("zoomstart", () => this.fold());
    map.on("zoomend", () => this.#compose());
    map.on("resize", () => map.setMinZoom(smallestZoom(map.getSize())));
    map.on("click", () => this.#clickedGround());
    map.getContainer().addEventListener("scroll", () => this.pins.focused());
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.#escape());
    window
      .matchMedia("(prefers-color-scheme: dark)")
      .addEventListener("change", () => this.setTheme(this.theme));
    document.addEventListener("visibilitychange", () => this.#cameBack());
  }

  #moved() {
    clearTimeout(this.dragging);
    const view = this.#view();
    rememberView(view);
    this.stations.want(view, this.map.getSize());
    this.#measure();
    this.controls.setZoom(view.zoom, this.map.getMinZoom(), this.map.getMaxZoom());
    this.report();
  }

  // A drag that leaves what is held asks under way: the pins are there before the map is let go.
  #dragged() {
    clearTimeout(this.dragging);
    const wait = this.draggedAt + DRAG_MS - performance.now();
    if (this.stations.request || wait > 0) {
      this.dragging = setTimeout(() => this.#dragged(), Math.max(wait, DRAG_MS / 5));
    } else if (this.stations.ahead(this.#view(), this.map.getSize())) this.draggedAt = performance.now();
  }

  #view() {
    const { lat, lng } = this.map.getCenter();
    return { lat, lon: lng, zoom: this.map.getZoom() };
  }

  /** Tells the page what is seen, once it is at rest and the answer is here. */
  report() {
    clearTimeout(this.reporting);
    this.reporting = setTimeout(() => {
      if (this.stations.request) return; // The answer reports itself.
      if (this.map.dragging.moving()) return; // So does letting go.
      const { lat, lon, zoom } = this.#view();
      const box = this.#seenBox();
      const seen = (this.stations.answer?.items ?? []).filter((item) => inside(box, item));
      this.post("view", {
        lat,
        lon: wrap(lon),
        zoom,
        west: wrap(box.west),
        south: box.south,
        east: wrap(box.east),
        north: box.north,
        total: seen.reduce((sum, { count }) => sum + count, 0),
        settled: this.stations.settled,
      });
    }, REPORT_MS);
  }

  // The box that panel and sheet leave free.
  #seenBox() {
    const size = this.map.getSize();
    const left = Math.min(this.padding.left, size.x * 0.6);
    const bottom = Math.min(this.padding.bottom, size.y * 0.6);
    const northWest = this.map.containerPointToLatLng([left, 0]);
    const southEast = this.map.containerPointToLatLng([size.x, size.y - bottom]);
    const whole = southEast.lng - northWest.lng >= 360;
    return {
      west: whole ? -180 : northWest.lng,
      east: whole ? 180 : southEast.lng,
      north: northWest.lat,
      south: southEast.lat,
    };
  }

  fly({ lat, lon, zoom = this.map.getZoom() }) {
    const level = Math.min(MAX_ZOOM, Math.max(this.map.getMinZoom(), Math.round(zoom)));
    const to = this.#centred(latLng(lat, this.#near(lon)), level);
    const animate = !still.matches;
    const far = Math.abs(level - this.map.getZoom()) > 3 || !this.map.getBounds().pad(1).contains(to);
    if (animate && far) this.map.flyTo(to, level, { duration: 0.9 });
    else this.map.setView(to, level, { animate });
  }

  fit({ west, south, east, north }) {
    const to = east < west ? east + 360 : east;
    const { left, top, bottom } = this.padding;
    this.map.fitBounds([[south, west], [north, to]], {
      paddingTopLeft: [left + 24, top + 24],
      paddingBottomRight: [24, bottom + 24],
      maxZoom: STATION_ZOOM,
      animate: !still.matches,
    });
  }

  // The centre that puts a place into the middle of what panel and sheet leave free.
  #centred(place, zoom) {
    const { left, top, bottom } = this.padding;
    const shift = point(left, top - bottom).divideBy(2);
    return this.map.unproject(this.map.project(place, zoom).subtract(shift), zoom);
  }

  // The same meridian on the copy of the world that is looked at.
  #near(lon) {
    const middle = this.map.getCenter().lng;
    return middle + wrap(lon - middle);
  }

  #sees({ lat, lon }) {
    return inside(this.#seenBox(), { lat, lon: this.#near(lon) }) && this.map.getZoom() >= 12;
  }

  #keepVisible({ lat, lon }, reach = 40) {
    const { left, top, bottom } = this.padding;
    this.map.panInside([lat, this.#near(lon)], {
      paddingTopLeft: [left + reach + 24, top + reach + 10],
      paddingBottomRight: [reach + 60, bottom + reach + 30],
      animate: !still.matches,
    });
  }

  #clickedGround() {
    this.controls.toggleLegend(false);
    if (this.fan) return this.fold();
    if (this.selected) {
      this.deselect();
      this.post("deselect");
    }
  }

  #escape() {
    if (this.controls.legendOpen) this.controls.toggleLegend(false);
    else this.#clickedGround();
  }

  #cameBack() {
    if (document.hidden) this.leftAt = performance.now();
    else if (performance.now() - this.leftAt > AWAY_MS) this.stations.refresh();
  }

  // --- the ground: tiles, or the built-in map ---

  #buildGround() {
    const { tiles, basemap } = this.boot.config;
    this.basemap = new Basemap(basemap);
    this.basemap.labels.taken = () => this.pins.boxes();
    this.basemap.labels.onChange = () => this.#measure();
    this.builtIn = !tiles || recall(LAYER_KEY) === "built-in";
    this.controls.setBuiltIn(this.builtIn);
    if (tiles) {
      this.tiles = new Tiles(tiles, (state) => this.#tilesTurned(state));
      this.tiles.setTheme(effectiveTheme(this.theme));
    }
    if (!this.builtIn) this.tiles.addTo(this.map);
    this.#credit();
  }

  // The built-in map waits until the pins are seen.
  #groundSoon() {
    if (this.groundReady) return;
    this.groundReady = true;
    setTimeout(() => this.#loadGround(), PAINT_MS);
  }

  #loadGround() {
    if (this.builtIn) this.basemap.addTo(this.map);
    const later = window.requestIdleCallback ?? ((act) => setTimeout(act, 300));
    later(() => this.basemap.preload(this.map));
  }

  #tilesTurned(state) {
    this.post("tiles", { state });
    if (state === "online") {
      this.controls.say("");
      this.tiles.layer.once("load", () => !this.builtIn && this.basemap.remove());
    } else {
      this.basemap.addTo(this.map);
      this.controls.say(OFFLINE, NOTICE_MS);
    }
    this.#credit();
    this.#measure();
  }

  toggleLayers() {
    this.builtIn = !this.builtIn;
    remember(LAYER_KEY, this.builtIn ? "built-in" : "tiles");
    this.controls.setBuiltIn(this.builtIn);
    this.controls.say(this.builtIn ? "Built-in map" : "", 2_000);
    if (this.builtIn) {
      this.basemap.addTo(this.map);
      this.tiles.remove();
    } else this.tiles.addTo(this.map);
    this.#credit();
    this.#measure();
  }

  #credit() {
    const ours = this.dataCredit.includes("GeoNames") ? "Natural Earth" : "Natural Earth · GeoNames";
    const tiles = this.boot.config.tiles?.attribution;
    const ground = this.builtIn || this.tiles.online === false ? ours : tiles;
    this.controls.setCredit([ground, this.dataCredit]);
  }

  // The scale; and, close up on the built-in map, where on Earth this is.
  #measure() {
    const { lat, lon, zoom } = this.#view();
    this.controls.setScale(lat, zoom);
    if (!this.basemap?.map || this.tiles?.online) return this.controls.setPlace("");
    const place = zoom >= PLACE_ZOOM ? this.basemap.labels.nearest({ lat, lon: wrap(lon) }) : null;
    const where = place ? ` · ${nearby(place, this.controls.units)}` : ", without streets";
    return this.controls.setPlace(zoom >= PAPER_ZOOM ? `Built-in map${where}` : "");
  }

  // --- the buttons ---

  #actions() {
    return {
      locate: () => this.locate(),
      layers: () => this.toggleLayers(),
      zoomIn: () => this.map.zoomIn(1),
      zoomOut: () => this.map.zoomOut(1),
    };
  }

  async locate() {
    this.controls.setBusy("locate", true);
    try {
      const here = await whereAmI();
      this.me?.remove();
      this.me = new Dot(here).addTo(this.map);
      this.fly({ ...here, zoom: Math.max(14, this.map.getZoom()) });
      this.post("located", here);
    } catch (reason) {
      this.post("locate_failed", { reason });
      this.controls.say(CANNOT_LOCATE[reason], 5_000);
    } finally {
      this.controls.setBusy("locate", false);
    }
  }
}

const CANNOT_LOCATE = {
  denied: "Your browser keeps your location to itself",
  unavailable: "Your location is not known right now",
  timeout: "Finding your location took too long",
};

/** An item from a station's full answer or from a row of a list. */
function fromDetail({ id, lat, lon, kw, free, points, charge_points: plugs = [] }) {
  const powers = plugs.flatMap(({ connectors }) => connectors.map((plug) => plug.kw ?? 0));
  const strongest = kw ?? (Math.max(0, ...powers) || null);
  return { id, lat, lon, count: 1, kw: strongest, free: free ?? null, points: points ?? null };
}

function isSame(item, cluster, zoom) {
  return item.count === cluster.count && pixelsApart(item, cluster, zoom) < 2;
}

function pixelsApart(a, b, zoom) {
  const p = project(a.lat, a.lon);
  const q = project(b.lat, b.lon);
  return Math.hypot(p.x - q.x, p.y - q.y) * 256 * 2 ** zoom;
}

function inside({ west, south, east, north }, { lat, lon }) {
  return lat >= south && lat <= north && lon >= west && lon <= east;
}

function nearby({ name, metres }, units) {
  if (metres < 1_500) return `in ${name}`;
  const far = units === "mi" ? `${Math.round(metres / 1_609)} mi` : `${Math.round(metres / 1_000)} km`;
  return `${far} from ${name}`;
}
