// Names on the built-in map: the largest places that find room, kept clear of the pins.

import { DomUtil, Layer } from "./leaflet.js";
import { distance, project, wrap } from "./geo.js";

const MOST = 70;
const PART_OF = 3;
const NEAR_PX = 44;
const TIERS = [
  { name: "near", degrees: 10, fromZoom: 8 },
  { name: "local", degrees: 4, fromZoom: 11 },
];
// From this zoom on, places of at least so many people may be named.
const SMALLEST = [
  [11, 0],
  [10, 5_000],
  [9, 15_000],
  [8, 40_000],
  [7, 100_000],
  [6, 250_000],
  [5, 600_000],
  [4, 1_500_000],
  [0, 4_000_000],
];
const COUNTRIES_UNTIL_ZOOM = 6;
const SHIFTS = [0, 18, -18, 32, -32]; // Pixels a name may step below or above its place.

export const Labels = Layer.extend({
  initialize(folder) {
    this.folder = folder;
    this.files = new Map();
    this.drawn = new Map();
    this.taken = () => [];
  },

  onAdd(map) {
    this.box = DomUtil.create("div", "names", map.getPane("names"));
    this.box.setAttribute("aria-hidden", "true");
    this.update();
  },

  onRemove() {
    DomUtil.remove(this.box);
    this.drawn.clear();
  },

  getEvents() {
    return { zoomanim: this.animateZoom, zoom: this.place, viewreset: this.place, moveend: this.update };
  },

  /** Fetches the names around the middle of the map. */
  preload(map) {
    return Promise.all(this.wanted(map).filter(({ tier }) => tier !== "local").map(({ path }) => this.load(path)));
  },

  /** The nearest place among those known: `{name, metres}` or null. */
  nearest(point) {
    let best = null;
    for (const place of this.known()) {
      if (Math.abs(place.lat - point.lat) > 1 || Math.abs(wrap(place.lon - point.lon)) > 2) continue;
      const metres = distance(place, point);
      if (!best || metres < best.metres) best = { name: place.name, metres };
    }
    return best;
  },

  update() {
    const map = this._map;
    if (!map) return;
    for (const { path } of this.wanted(map)) this.load(path).then((fresh) => fresh && this.update());
    const labels = choose(this.candidates(map), map, this.taken());
    const wanted = new Map(labels.map((label) => [label.key, label]));
    for (const [key, { element }] of this.drawn) {
      if (wanted.has(key)) continue;
      DomUtil.remove(element);
      this.drawn.delete(key);
    }
    for (const label of labels) this.drawOne(label);
    this.onChange?.();
  },

  drawOne(label) {
    const element = this.drawn.get(label.key)?.element ?? this.create(label);
    this.drawn.set(label.key, { element, label });
    element.style.setProperty("--shift", `${label.shift}px`);
    DomUtil.setPosition(element, this._map.latLngToLayerPoint([label.lat, label.lon]));
  },

  create({ name, rank }) {
    const element = DomUtil.create("div", `name ${rank} leaflet-zoom-animated`, this.box);
    DomUtil.create("span", "", element).textContent = name;
    return element;
  },

  place() {
    for (const { element, label } of this.drawn.values())
      DomUtil.setPosition(element, this._map.latLngToLayerPoint([label.lat, label.lon]));
  },

  animateZoom({ zoom, center }) {
    for (const { element, label } of this.drawn.values())
      DomUtil.setPosition(
        element,
        this._map._latLngToNewLayerPoint([label.lat, label.lon], zoom, center).round(),
      );
  },

  *known() {
    for (const file of this.files.values()) if (file.places) yield* file.places;
  },

  // Every place and country of the view, the most important first.
  candidates(map) {
    const zoom = map.getZoom();
    const smallest = SMALLEST.find(([from]) => zoom >= from)[1];
    const bounds = map.getBounds().pad(0.1);
    const middle = map.getCenter().lng;
    const seen = (place) => {
      const lon = middle + wrap(place.lon - middle);
      const inside =
        place.lat > bounds.getSouth() && place.lat < bounds.getNorth() && lon > bounds.getWest() && lon < bounds.getEast();
      return inside ? [{ ...place, lon }] : [];
    };
    const places = [];
    for (const place of this.known()) if (place.people >= smallest) places.push(...seen(place));
    places.sort((a, b) => b.people - a.people);
    if (zoom > COUNTRIES_UNTIL_ZOOM) return places;
    const world = 256 * 2 ** zoom;
    const countries = (this.files.get("places.json")?.countries ?? [])
      .filter(({ name, room }) => room * world * 2 > name.length * 6)
      .flatMap(seen);
    return [...countries, ...places];
  },

  // The files that this view needs and that exist.
  wanted(map) {
    const files = [{ path: "places.json", tier: "top" }];
    const cells = this.files.get("places.json")?.cells;
    const { lat, lng } = map.getCenter();
    const bounds = map.getBounds();
    for (const { name, degrees, fromZoom } of TIERS) {
      if (!cells || map.getZoom() < fromZoom) continue;
      const south = Math.floor(Math.max(bounds.getSouth(), lat - degrees) / degrees);
      const north = Math.floor(Math.min(bounds.getNorth(), lat + degrees) / degrees);
      const west = Math.floor(Math.max(bounds.getWest(), lng - degrees) / degrees);
      const east = Math.floor(Math.min(bounds.getEast(), lng + degrees) / degrees);
      for (let y = south; y <= north; y += 1)
        for (let x = west; x <= east; x += 1) {
          const cell = `${Math.floor(wrap((x + 0.5) * degrees) / degrees)}_${y}`;
          if (cells[name].has(cell)) files.push({ path: `${name}/${cell}.json`, tier: name });
        }
    }
    return files;
  },

  /** Fetches a file once; tells whether it is new. */
  async load(path) {
    if (this.files.has(path)) return false;
    this.files.set(path, {});
    try {
      const answer = await fetch(this.folder + path);
      if (!answer.ok) throw new Error(String(answer.status));
      this.files.set(path, readPlaces(await answer.json()));
      return true;
    } catch {
      this.files.delete(path); // The next move asks again.
      return false;
    }
  },
});

function readPlaces({ n, y, x, p, countries, cells }) {
  const names = n.split("|");
  const places = names.map((name, i) => ({
    key: `${name}${y[i]},${x[i]}`,
    name,
    lat: y[i] / 1_000,
    lon: x[i] / 1_000,
    people: p[i] * 100,
    rank: p[i] >= 10_000 ? "metropolis" : p[i] >= 1_000 ? "city" : "town",
  }));
  return {
    places,
    countries: countries?.map(([name, lat, lon, room]) => ({
      key: `country ${name}`,
      name,
      lat,
      lon,
      room,
      rank: "country",
    })),
    cells: cells && Object.fromEntries(Object.entries(cells).map(([tier, list]) => [tier, new Set(list)])),
  };
}

const WIDTHS = { country: 8.6, metropolis: 7.9, city: 7.2, town: 6.6 };

// Greedy: the first that fits stays.
function choose(candidates, map, taken) {
  const boxes = [...taken];
  const chosen = [];
  const world = 256 * 2 ** map.getZoom();
  const origin = map.getPixelOrigin();
  for (const place of candidates) {
    if (chosen.length >= MOST) break;
    const { x, y } = project(place.lat, place.lon);
    const at = { x: x * world - origin.x, y: y * world - origin.y };
    if (chosen.some((other) => isPartOf(place, at, other))) continue;
    const half = (place.name.length * WIDTHS[place.rank]) / 2 + 6;
    for (const shift of SHIFTS) {
      const box = { left: at.x - half, right: at.x + half, top: at.y + shift - 11, bottom: at.y + shift + 11 };
      if (boxes.some((other) => overlap(other, box))) continue;
      boxes.push(box);
      chosen.push({ ...place, at, shift });
      break;
    }
  }
  return chosen;
}

// A name so near to one of far more people is most likely a part of it, named when there is room.
function isPartOf({ people }, { x, y }, other) {
  return other.people > PART_OF * people && Math.hypot(other.at.x - x, other.at.y - y) < NEAR_PX;
}

function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
