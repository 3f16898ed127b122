// The built-in map: land, borders and names from our own files, drawn where no tiles come from.
// Close up the coast would only be a blur, so from PAPER_ZOOM on there is paper and a faint grid.

import { GridLayer } from "./leaflet.js";
import { Labels } from "./labels.js";

export const PAPER_ZOOM = 10;
const FINE_ZOOM = 5;
const TILE_PX = 512;
const COARSE = { file: "coast-low.bin", bits: 13 };
const FINE = { file: "coast-high.bin", bits: 16 };

/** Shows and hides the built-in map; `preload(zoom)` fetches it before it is needed. */
export class Basemap {
  constructor(folder) {
    this.folder = folder;
    this.labels = new Labels(folder);
    this.coasts = new Map();
    this.layer = new CoastLayer(this);
    this.map = null;
  }

  addTo(map) {
    if (this.map) return;
    this.map = map;
    makePane(map, "coast", 150);
    makePane(map, "names", 160);
    this.layer.addTo(map);
    this.labels.addTo(map);
    map.on("zoomend", this.#prepare, this);
    this.#prepare();
  }

  remove() {
    if (!this.map) return;
    this.map.off("zoomend", this.#prepare, this);
    this.layer.remove();
    this.labels.remove();
    this.map = null;
  }

  /** Fetches what this zoom needs, so that it is there when the network is not. */
  preload(map) {
    return Promise.all([this.#coast(detailAt(map.getZoom())), this.labels.preload(map)]);
  }

  /** Reads the colours anew. */
  recolour() {
    this.layer.colours = null;
    if (this.map) this.layer.redraw();
  }

  /** What is known of the coast at this zoom, at once: perhaps the other detail, perhaps nothing. */
  coastAt(zoom) {
    const best = detailAt(zoom);
    const known = [best, FINE, COARSE].find(({ file }) => this.coasts.get(file)?.rings);
    return known ? { ...this.coasts.get(known.file), bits: known.bits } : null;
  }

  #prepare() {
    const zoom = this.map.getZoom();
    if (zoom < PAPER_ZOOM) this.#coast(detailAt(zoom));
  }

  async #coast(detail) {
    if (this.coasts.has(detail.file)) return;
    this.coasts.set(detail.file, {});
    try {
      const answer = await fetch(this.folder + detail.file);
      if (!answer.ok) throw new Error(String(answer.status));
      this.coasts.set(detail.file, readCoast(new Uint8Array(await answer.arrayBuffer()), 2 ** detail.bits));
      if (this.map) this.layer.redraw();
    } catch {
      this.coasts.delete(detail.file); // The next zoom asks again.
    }
  }
}

function detailAt(zoom) {
  return zoom < FINE_ZOOM ? COARSE : FINE;
}

function makePane(map, name, zIndex) {
  if (map.getPane(name)) return;
  const pane = map.createPane(name);
  pane.style.zIndex = zIndex;
  pane.style.pointerEvents = "none";
}

const CoastLayer = GridLayer.extend({
  initialize(basemap) {
    this.basemap = basemap;
    GridLayer.prototype.initialize.call(this, { tileSize: TILE_PX, pane: "coast", maxZoom: 22 });
  },

  createTile({ x, y, z }) {
    const canvas = document.createElement("canvas");
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    canvas.width = TILE_PX * ratio;
    canvas.height = TILE_PX * ratio;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    this.colours ??= readColours();
    if (z >= PAPER_ZOOM) drawPaper(pen, this.colours);
    else drawCoast(pen, { x: x * TILE_PX, y: y * TILE_PX, z }, this.basemap.coastAt(z), this.colours);
    return canvas;
  },
});

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const names = ["land", "water", "border", "coast", "grid"];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

function drawPaper(pen, { land, grid }) {
  pen.fillStyle = land;
  pen.fillRect(0, 0, TILE_PX, TILE_PX);
  pen.strokeStyle = grid;
  for (let at = 0; at < TILE_PX; at += 64) {
    pen.globalAlpha = at % 256 ? 0.45 : 1;
    pen.beginPath();
    pen.moveTo(at + 0.5, 0);
    pen.lineTo(at + 0.5, TILE_PX);
    pen.moveTo(0, at + 0.5);
    pen.lineTo(TILE_PX, at + 0.5);
    pen.stroke();
  }
}

function drawCoast(pen, { x, y, z }, coast, colours) {
  pen.fillStyle = coast ? colours.water : colours.land;
  pen.fillRect(0, 0, TILE_PX, TILE_PX);
  if (!coast) return;
  const frame = { x, y, scale: (256 * 2 ** z) / 2 ** coast.bits };
  pen.beginPath();
  for (const ring of coast.rings) if (touches(ring, frame)) trace(pen, ring.line, frame);
  pen.fillStyle = colours.land;
  pen.fill("evenodd");
  pen.lineJoin = "round";
  pen.lineWidth = 1;
  pen.strokeStyle = colours.coast;
  pen.stroke();
  pen.beginPath();
  for (const border of coast.borders) if (touches(border, frame)) trace(pen, border.line, frame);
  pen.strokeStyle = colours.border;
  pen.lineWidth = z < FINE_ZOOM ? 0.8 : 1.1;
  pen.stroke();
}

function touches({ west, north, east, south }, { x, y, scale }) {
  const margin = 2;
  return (
    east * scale > x - margin &&
    west * scale < x + TILE_PX + margin &&
    south * scale > y - margin &&
    north * scale < y + TILE_PX + margin
  );
}

// Points that lie with their neighbours beyond the same edge cannot be seen: they are left out.
function trace(pen, line, { x, y, scale }) {
  const side = (px, py) =>
    (px < -4 ? 1 : px > TILE_PX + 4 ? 2 : 0) | (py < -4 ? 4 : py > TILE_PX + 4 ? 8 : 0);
  let px = line[0] * scale - x;
  let py = line[1] * scale - y;
  let kept = side(px, py);
  let here = kept;
  pen.moveTo(px, py);
  for (let i = 2; i <= line.length; i += 2) {
    const last = i === line.length;
    const nx = last ? px : line[i] * scale - x;
    const ny = last ? py : line[i + 1] * scale - y;
    const next = side(nx, ny);
    if (i > 2 && (last || !(kept & here & next))) {
      pen.lineTo(px, py);
      kept = here;
    }
    px = nx;
    py = ny;
    here = next;
  }
}

/** Lines from the varints that chargesphere/screens/map/basemap.py wrote. */
function readCoast(bytes, world) {
  let at = 0;
  const natural = () => {
    let value = 0;
    let shift = 1;
    for (;;) {
      const byte = bytes[at++];
      value += (byte & 127) * shift;
      if (byte < 128) return value;
      shift *= 128;
    }
  };
  const whole = () => {
    const value = natural();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  };
  const many = (read) => Array.from({ length: natural() }, read);
  const arcs = many(() => {
    const line = new Int32Array(2 * natural());
    for (let i = 0; i < line.length; i += 1) line[i] = whole() + (i > 1 ? line[i - 2] : 0);
    return line;
  });
  const rings = many(() => joined(many(whole), arcs, world)).flatMap((line) => copies(measured(line), world));
  const borders = many(() => measured(arcs[natural()]));
  return { rings, borders };
}

// A ring is arcs end to end; a negative number is that arc backwards. Where a ring steps over the
// antimeridian it goes on beyond the edge of the world, except along the pole.
function joined(numbers, arcs, world) {
  const points = [];
  let turns = 0;
  for (const number of numbers) {
    const arc = arcs[number < 0 ? -1 - number : number];
    for (let i = points.length ? 2 : 0; i < arc.length; i += 2) {
      const from = number < 0 ? arc.length - 2 - i : i;
      const step = points.length ? arc[from] + turns - points.at(-2) : 0;
      if (Math.abs(step) > world / 2 && arc[from + 1] < world) turns -= Math.sign(step) * world;
      points.push(arc[from] + turns, arc[from + 1]);
    }
  }
  return Int32Array.from(points);
}

// What hangs over an edge of the world is drawn at the other edge as well.
function copies(ring, world) {
  if (ring.west >= 0 && ring.east <= world) return [ring];
  const shift = ring.west < 0 ? world : -world;
  return [ring, measured(ring.line.map((value, i) => (i % 2 ? value : value + shift)))];
}

function measured(line) {
  const box = { line, west: Infinity, north: Infinity, east: -Infinity, south: -Infinity };
  for (let i = 0; i < line.length; i += 2) {
    box.west = Math.min(box.west, line[i]);
    box.east = Math.max(box.east, line[i]);
    box.north = Math.min(box.north, line[i + 1]);
    box.south = Math.max(box.south, line[i + 1]);
  }
  return box;
}
