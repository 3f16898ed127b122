// From items to what is drawn: stations that share a spot become a stack, and at street zoom the
// stations that have room become pills. Pure: no DOM, no map.

import { project } from "./geo.js";
import { clusterSize, isFast, pillWidth } from "./looks.js";
import { MAX_ZOOM } from "./view.js";

export const STREET_ZOOM = 15;
const STACK_PX = 14; // At the deepest zoom: pins this near to each other can never be told apart.
const PILL_HEIGHT = 30;
const POINTER = 7;
const CELL = 96;

/** Entries `{key, kind, lat, lon, ...}` with kind cluster, stack or station, and `pill` set. */
export function compose(items, zoom, selectedId) {
  const clusters = items.filter((item) => item.id == null).map(asCluster);
  const entries = [...clusters, ...stacked(items.filter((item) => item.id != null))];
  if (zoom >= STREET_ZOOM) givePills(entries, zoom, selectedId);
  return entries;
}

/** Whether the items can never be told apart by zooming in. */
export function oneSpot(items) {
  return items.length > 0 && items.every((item) => item.id != null) && stacked(items).length === 1;
}

function asCluster(item) {
  return { ...item, kind: "cluster", key: `c${spot(item)}` };
}

function stacked(stations) {
  const world = 256 * 2 ** MAX_ZOOM;
  const groups = new Map();
  for (const station of stations) {
    const { x, y } = project(station.lat, station.lon);
    const cell = `${Math.round((x * world) / STACK_PX)},${Math.round((y * world) / STACK_PX)}`;
    const group = groups.get(cell);
    if (group) group.push(station);
    else groups.set(cell, [station]);
  }
  return [...groups.values()].map(asStackOrStation);
}

function asStackOrStation(group) {
  const [first] = group;
  if (group.length === 1) return { ...first, kind: "station", key: first.id };
  const known = group.filter((station) => station.free != null && station.points != null);
  return {
    id: null,
    kind: "stack",
    key: `s${spot(first)}`,
    lat: first.lat,
    lon: first.lon,
    count: group.length,
    free: known.length ? sum(known, "free") : null,
    points: known.length ? sum(known, "points") : null,
    kw: null,
    members: group,
  };
}

function sum(rows, name) {
  return rows.reduce((total, row) => total + row[name], 0);
}

function spot({ lat, lon }) {
  return `${lat.toFixed(5)},${lon.toFixed(5)}`;
}

// Greedy and in a fixed order, so that the same stations keep their pills while the map moves.
function givePills(entries, zoom, selectedId) {
  const world = 256 * 2 ** zoom;
  const taken = new Boxes();
  const points = new Map();
  for (const entry of entries) {
    const { x, y } = project(entry.lat, entry.lon);
    points.set(entry, { x: x * world, y: y * world });
    taken.add(around(points.get(entry), entry.kind === "station" ? 8 : clusterSize(entry.count) / 2), entry);
  }
  const stations = entries.filter((entry) => entry.kind === "station");
  for (const station of stations.sort(byInterest(selectedId))) {
    const box = pillBox(points.get(station), pillWidth(station));
    station.pill = !taken.hits(box, station);
    if (station.pill) taken.add(box, station);
  }
}

function byInterest(selectedId) {
  const rank = (station) =>
    (station.id === selectedId ? 4 : 0) + (isFast(station) ? 2 : 0) + (station.free > 0 ? 1 : 0);
  return (a, b) => rank(b) - rank(a) || (a.id < b.id ? -1 : 1);
}

function around({ x, y }, half) {
  return { left: x - half, right: x + half, top: y - half, bottom: y + half };
}

function pillBox({ x, y }, width) {
  const half = width / 2 + 2;
  return { left: x - half, right: x + half, top: y - POINTER - PILL_HEIGHT, bottom: y };
}

/** Boxes by the cells of a grid they touch. */
class Boxes {
  cells = new Map();

  add(box, owner) {
    for (const cell of this.#cellsOf(box)) {
      if (!this.cells.has(cell)) this.cells.set(cell, []);
      this.cells.get(cell).push({ box, owner });
    }
  }

  hits(box, owner) {
    return this.#cellsOf(box).some((cell) =>
      this.cells.get(cell)?.some((other) => other.owner !== owner && overlap(other.box, box)),
    );
  }

  #cellsOf({ left, right, top, bottom }) {
    const cells = [];
    for (let x = Math.floor(left / CELL); x <= Math.floor(right / CELL); x += 1)
      for (let y = Math.floor(top / CELL); y <= Math.floor(bottom / CELL); y += 1)
        cells.push(`${x},${y}`);
    return cells;
  }
}

function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
