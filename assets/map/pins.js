// The pins: one button an entry, made only near the window, changed in place by key so that nothing
// flickers when new answers arrive.

import { DomEvent, DomUtil, Layer, point as toPoint } from "./leaflet.js";
import { clusterFace, clusterSize, farFace, isFast, pillFace, pillWidth, spoken, stateOf } from "./looks.js";

const MARGIN = 0.25; // How much of the window's size is drawn beyond its edges.
const LEGS_MAX = 24;
const REACH_PX = 22; // Half of the 44 px that a finger needs.

/**
 * A Leaflet layer. `setEntries` takes the scene, `setSelected` a station or null, `setFan` a fan or
 * null; `onActivate(entry)` hears clicks, taps and Enter.
 */
export const Pins = Layer.extend({
  initialize(onActivate) {
    this.onActivate = onActivate;
    this.entries = [];
    this.drawn = new Map();
    this.selected = null;
    this.fan = null;
  },

  onAdd(map) {
    this.box = DomUtil.create("div", "pins", map.getPane("markerPane"));
    this.box.setAttribute("role", "group");
    this.box.setAttribute("aria-label", "Stations");
    DomEvent.on(this.box, "click", this.clicked, this);
    DomEvent.on(this.box, "dblclick", DomEvent.stopPropagation);
    DomEvent.on(this.box, "focusin", this.focused, this);
    this.draw();
  },

  onRemove() {
    DomUtil.remove(this.box);
    this.drawn.clear();
  },

  getEvents() {
    return {
      zoomanim: this.animateZoom,
      zoom: this.place,
      viewreset: this.place,
      move: this.drawSoon,
      moveend: this.draw,
      resize: this.draw,
    };
  },

  setEntries(entries) {
    this.entries = entries;
    this.place();
    this.draw();
  },

  setSelected(station) {
    this.selected = station;
    this.draw();
  },

  setFan(fan) {
    this.fan = fan;
    this.draw();
  },

  drawSoon() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  },

  draw() {
    if (!this._map) return;
    const wanted = new Map(this.visible().map((entry) => [entry.key, entry]));
    for (const [key, pin] of this.drawn) if (!wanted.has(key)) this.drop(key, pin);
    for (const [key, entry] of wanted) this.drawOne(key, entry);
    this.drawLegs();
  },

  // The entries near the window, the fan and the selected station.
  visible() {
    const size = this._map.getSize();
    const corner = this._map.containerPointToLayerPoint([0, 0]);
    const low = corner.subtract(size.multiplyBy(MARGIN));
    const high = corner.add(size.multiplyBy(1 + MARGIN));
    const near = this.entries.filter((entry) => {
      const at = this.pointOf(entry);
      const inside = at.x > low.x && at.x < high.x && at.y > low.y && at.y < high.y;
      return inside && entry.key !== this.fan?.key;
    });
    return this.withSelected([...near, ...(this.fan?.members ?? [])]);
  },

  withSelected(entries) {
    const { selected } = this;
    if (!selected) return entries;
    const shown = entries.find((entry) => entry.id === selected.id);
    const others = entries.filter((entry) => entry !== shown);
    return [...others, { ...selected, ...shown, kind: "station", key: selected.id, pill: true, selected: true }];
  },

  drawOne(key, entry) {
    let pin = this.drawn.get(key);
    if (!pin) {
      pin = { element: this.create(), look: null };
      this.drawn.set(key, pin);
    }
    pin.entry = entry;
    this.dress(pin);
    DomUtil.setPosition(pin.element, this.pointOf(entry));
  },

  create() {
    const element = DomUtil.create("button", "", this.box);
    element.type = "button";
    return element;
  },

  dress(pin) {
    const { entry, element } = pin;
    const face = faceOf(entry);
    const label = spoken(entry);
    const inside = this.insideWindow(entry);
    if (pin.inside !== inside) element.tabIndex = inside ? 0 : -1;
    pin.inside = inside;
    const look = classesOf(entry) + face + label;
    if (pin.look === look) return;
    const appears = pin.look === null ? " appears" : "";
    pin.look = look;
    element.className = `pin leaflet-zoom-animated ${classesOf(entry)}${appears}`;
    element.innerHTML = face;
    element.setAttribute("aria-label", label);
    if (entry.selected) element.setAttribute("aria-current", "true");
    else element.removeAttribute("aria-current");
    if (entry.kind !== "station") element.style.setProperty("--size", `${clusterSize(entry.count)}px`);
  },

  drop(key, pin) {
    const hadFocus = pin.element === document.activeElement;
    DomUtil.remove(pin.element);
    this.drawn.delete(key);
    if (hadFocus) this._map.getContainer().focus({ preventScroll: true });
  },

  // What a zoom or a new scene changes: where everything is.
  place() {
    this.points = new WeakMap();
    for (const pin of this.drawn.values()) DomUtil.setPosition(pin.element, this.pointOf(pin.entry));
    this.drawLegs();
  },

  animateZoom({ zoom, center }) {
    const to = (lat, lon) => this._map._latLngToNewLayerPoint([lat, lon], zoom, center);
    for (const { element, entry } of this.drawn.values()) {
      const at = to(entry.lat, entry.lon);
      DomUtil.setPosition(element, (entry.offset ? at.add(entry.offset) : at).round());
    }
    if (this.legs) DomUtil.setPosition(this.legs, to(this.fan.lat, this.fan.lon).round());
  },

  pointOf(entry) {
    this.points ??= new WeakMap();
    let at = this.points.get(entry);
    if (!at) {
      at = this._map.latLngToLayerPoint([entry.lat, entry.lon]);
      if (entry.offset) at = at.add(entry.offset);
      this.points.set(entry, at);
    }
    return at;
  },

  insideWindow(entry) {
    const { x, y } = this._map.layerPointToContainerPoint(this.pointOf(entry));
    const size = this._map.getSize();
    return x >= 0 && y >= 0 && x <= size.x && y <= size.y;
  },

  /** The boxes that pins cover, in the map's layer pixels: names keep clear of them. */
  boxes() {
    return [...this.drawn.values()].map(({ entry }) => boxAt(this.pointOf(entry), entry));
  },

  drawLegs() {
    if (!this.fan) {
      this.legs?.remove();
      this.legs = null;
      return;
    }
    if (this.legs?.dataset.key !== this.fan.key) {
      this.legs?.remove();
      this.legs = legsOf(this.fan);
      this.box.prepend(this.legs);
    }
    DomUtil.setPosition(this.legs, this._map.latLngToLayerPoint([this.fan.lat, this.fan.lon]));
  },

  clicked(event) {
    DomEvent.stop(event);
    if (this._map.dragging?.moved()) return;
    const pin = this.pinOf(event);
    if (pin) this.onActivate(pin.entry, event.detail === 0);
  },

  // Fingers are wide and hit areas overlap: the nearest pin is the one that was meant.
  pinOf(event) {
    const touched = event.target.closest(".pin");
    const own = [...this.drawn.values()].find(({ element }) => element === touched);
    if (event.detail === 0 || !own || own.entry.pill) return own; // By keyboard, or on a wide pill.
    const at = this._map.containerPointToLayerPoint(
      toPoint(event.clientX, event.clientY).subtract(this.origin()),
    );
    const reachable = [...this.drawn.values()]
      .map((pin) => ({ pin, far: this.pointOf(pin.entry).distanceTo(at) }))
      .filter(({ pin, far }) => far <= REACH_PX && !pin.entry.pill)
      .sort((a, b) => a.far - b.far);
    return reachable[0]?.pin ?? own;
  },

  origin() {
    const { left, top } = this._map.getContainer().getBoundingClientRect();
    return toPoint(left, top);
  },

  // Browsers scroll what is focused into view, which would tear the map from its frame.
  focused() {
    const container = this._map.getContainer();
    container.scrollTop = 0;
    container.scrollLeft = 0;
  },
});

function faceOf(entry) {
  if (entry.kind !== "station") return clusterFace(entry);
  return entry.pill ? pillFace(entry) : farFace(entry);
}

function classesOf(entry) {
  if (entry.kind !== "station") return `cluster ${entry.kind}`;
  const shape = entry.pill ? "pill" : isFast(entry) ? "far fast" : "far";
  const fanned = entry.offset ? " fanned" : "";
  return `${shape} is-${stateOf(entry)}${fanned}${entry.selected ? " selected" : ""}`;
}

function boxAt({ x, y }, entry) {
  if (entry.pill) {
    const half = pillWidth(entry) / 2;
    return { left: x - half, right: x + half, top: y - 38, bottom: y };
  }
  const half = entry.kind === "station" ? 11 : clusterSize(entry.count) / 2;
  return { left: x - half, right: x + half, top: y - half, bottom: y + half };
}

// Lines from the spot to each member; where they would be a thicket, a disc behind all of them.
function legsOf({ key, reach, members }) {
  const lines = members.map(({ offset: [x, y] }) => `<line x2="${x}" y2="${y}"/>`).join("");
  const ground = `<circle class="ground" r="${reach - 12}"/>`;
  const holder = document.createElement("div");
  holder.innerHTML = `<svg class="legs leaflet-zoom-animated" width="${2 * reach}" height="${2 * reach}" viewBox="${-reach} ${-reach} ${2 * reach} ${2 * reach}" style="margin:${-reach}px" aria-hidden="true">${members.length > LEGS_MAX ? ground : lines}<circle class="spot" r="4"/></svg>`;
  const legs = holder.firstChild;
  legs.dataset.key = key;
  return legs;
}
