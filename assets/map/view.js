// Where the map begins: the fragment, then the page around the frame, then the last visit, then
// the server's default. Used before Leaflet is there, so that the first request leaves at once.

import { boxOf, boxParameter, clamp, smallestZoom, zoomFor } from "./geo.js";

export const MAX_ZOOM = 20;
const FETCH_PADDING = 0.3;
const VIEW_KEY = "chargesphere.view";

/** What the addresses ask for: `view`, `filters`, `selected`, `theme`; parts may be missing. */
export function asked(config) {
  const fragment = readFragment();
  const page = pageLocation();
  const search = new URLSearchParams(page?.search ?? "");
  const station = /\/station\/([a-z0-9-]{6,40})\/?$/.exec(page?.pathname ?? "");
  return {
    view: fragment.view ?? readView(search.get("lat"), search.get("lon"), search.get("zoom")),
    filters: canonical(fragment.filters ?? onlyFilters(search, config.filterNames)),
    selected: fragment.selected ?? station?.[1] ?? null,
    theme: fragment.theme ?? recall("chargesphere.theme"),
  };
}

/** The view of the last visit, or the server's default. */
export function fallbackView(config, size) {
  const last = (recall(VIEW_KEY) ?? "").split(",");
  return readView(...last) ?? defaultView(config, size);
}

/** Keeps the view for the next visit. */
export function rememberView({ lat, lon, zoom }) {
  remember(VIEW_KEY, `${lat.toFixed(5)},${lon.toFixed(5)},${zoom}`);
}

/** The view with a zoom that this window can show. */
export function fitted(view, size) {
  return { ...view, zoom: clamp(Math.round(view.zoom), smallestZoom(size), MAX_ZOOM) };
}

/** The request for what a view shows: its address, and the padded box it covers. */
export function stationsRequest(view, size, filters) {
  const box = boxOf(view, size, FETCH_PADDING);
  return { url: stationsUrl(box, view.zoom, filters), box, zoom: view.zoom };
}

/** The address of a box's stations. The API counts zooms in tiles of 512 pixels, Leaflet in 256. */
export function stationsUrl(box, zoom, filters) {
  const query = `bbox=${boxParameter(box)}&zoom=${Math.max(0, zoom - 1)}`;
  return `/api/v1/map?${filters ? `${query}&${filters}` : query}`;
}

/** Filters in one spelling, so that the same question has the same address. */
export function canonical(filters) {
  const sorted = new URLSearchParams(filters);
  sorted.sort();
  return sorted.toString();
}

export function windowSize() {
  return { x: window.innerWidth, y: window.innerHeight };
}

/** Reads what an earlier visit kept; null where storage is forbidden. */
export function recall(key) {
  try {
    return window.localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function remember(key, value) {
  try {
    window.localStorage.setItem(key, value);
  } catch {
    // Private windows may forbid it; the next visit then begins at the default.
  }
}

/** `light` or `dark` for what was asked, `system` and nothing included. */
export function effectiveTheme(theme) {
  if (theme === "light" || theme === "dark") return theme;
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

function readFragment() {
  const [place, ...rest] = window.location.hash.slice(1).split("&");
  const more = new URLSearchParams(rest.join("&"));
  return {
    view: readView(...place.split(",")),
    filters: more.get("filters"),
    selected: more.get("selected"),
    theme: more.get("theme"),
  };
}

// The page may have put another address into the bar for its own start; it keeps the opened one.
function pageLocation() {
  try {
    const opened = window.parent.chargesphere?.opened;
    if (opened) return { search: opened.search, pathname: opened.path };
    const { search, pathname } = window.parent.location;
    return { search, pathname };
  } catch {
    return null; // A page of another origin: it has no say here.
  }
}

function readView(lat, lon, zoom) {
  const numbers = [lat, lon, zoom].map((text) => (text ? Number(text) : NaN));
  if (!numbers.every(Number.isFinite)) return null;
  return { lat: clamp(numbers[0], -85, 85), lon: numbers[1], zoom: clamp(numbers[2], 0, MAX_ZOOM) };
}

function onlyFilters(search, names) {
  const kept = new URLSearchParams();
  for (const [name, value] of search) if (names.includes(name)) kept.append(name, value);
  return kept;
}

function defaultView({ defaultBox: [west, south, east, north] }, size) {
  const zoom = zoomFor({ west, south, east, north }, size);
  return { lat: (south + north) / 2, lon: (west + east) / 2, zoom };
}
