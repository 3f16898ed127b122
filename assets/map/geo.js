// Web mercator arithmetic shared by the early script and the map itself; no DOM, no Leaflet.

export const MAX_LAT = 85.0511;
const TILE = 256;

/** The place in mercator units: 0..1 from west to east and from north to south. */
export function project(lat, lon) {
  const sine = Math.sin((clamp(lat, -MAX_LAT, MAX_LAT) * Math.PI) / 180);
  return {
    x: lon / 360 + 0.5,
    y: 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI),
  };
}

/** The inverse of `project`; longitudes beyond 180 stay as they are. */
export function unproject(x, y) {
  const lat = (360 / Math.PI) * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - 90;
  return { lat, lon: (x - 0.5) * 360 };
}

/** The box, in degrees, that `size` pixels around a view show, wider by `padding` of its size. */
export function boxOf({ lat, lon, zoom }, size, padding = 0) {
  const world = TILE * 2 ** zoom;
  const centre = project(lat, lon);
  const halfX = (size.x / world) * (0.5 + padding);
  const halfY = (size.y / world) * (0.5 + padding);
  const top = unproject(centre.x - halfX, Math.max(0, centre.y - halfY));
  const bottom = unproject(centre.x + halfX, Math.min(1, centre.y + halfY));
  return { west: top.lon, south: bottom.lat, east: bottom.lon, north: top.lat };
}

/** Whether the outer box holds the whole inner one. */
export function holds(outer, inner) {
  return (
    outer.west <= inner.west &&
    outer.east >= inner.east &&
    outer.south <= inner.south &&
    outer.north >= inner.north
  );
}

/** The box as the API takes it: west > east across the antimeridian, five decimals. */
export function boxParameter({ west, south, east, north }) {
  const whole = east - west >= 360;
  const sides = whole ? [-180, south, 180, north] : [wrap(west), south, wrap(east), north];
  return sides.map((side) => side.toFixed(5)).join(",");
}

/** The same meridian between -180 and 180. */
export function wrap(lon) {
  return lon >= -180 && lon <= 180 ? lon : ((((lon + 180) % 360) + 360) % 360) - 180;
}

/** The smallest zoom at which one world is at least as large as the window. */
export function smallestZoom(size) {
  return Math.max(1, Math.ceil(Math.log2(Math.max(size.x, size.y) / TILE)));
}

/** The largest whole zoom at which the box fits into `size` pixels. */
export function zoomFor(box, size) {
  const a = project(box.north, box.west);
  const b = project(box.south, box.east);
  const width = Math.max(b.x - a.x, 1e-9) * TILE;
  const height = Math.max(b.y - a.y, 1e-9) * TILE;
  return Math.floor(Math.log2(Math.min(size.x / width, size.y / height)));
}

/** Metres that one pixel covers at this latitude and zoom. */
export function metresPerPixel(lat, zoom) {
  return (40_075_016.7 * Math.cos((lat * Math.PI) / 180)) / (TILE * 2 ** zoom);
}

/** Great-circle distance in metres. */
export function distance(a, b) {
  const rad = Math.PI / 180;
  const h =
    Math.sin(((b.lat - a.lat) * rad) / 2) ** 2 +
    Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lon - a.lon) * rad) / 2) ** 2;
  return 12_742_017.6 * Math.asin(Math.min(1, Math.sqrt(h)));
}

export function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}
