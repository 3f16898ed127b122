// What a pin looks like and how it is said: state by glyph and colour, power by shape and bolts.

const FAST_KW = 50;
const ULTRA_KW = 150;

/** free | some | busy | broken | unknown, from free of points (null: no status is known). */
export function stateOf({ free, points }) {
  if (free == null || points == null) return "unknown";
  if (points === 0) return "broken";
  if (free === 0) return "busy";
  return free >= points ? "free" : "some";
}

export function isFast({ kw }) {
  return kw >= FAST_KW;
}

/** 980, 1.2k, 12k, 3.4M. */
export function compact(count) {
  if (count < 1_000) return String(count);
  const [value, unit] = count < 999_500 ? [count / 1_000, "k"] : [count / 1_000_000, "M"];
  return `${value < 9.95 ? value.toFixed(1).replace(/\.0$/, "") : Math.round(value)}${unit}`;
}

/** The share of points that is free, or null where nothing is known. */
export function freeShare({ free, points }) {
  return free == null || !points ? null : free / points;
}

/** What a screen reader says for an entry of the scene. */
export function spoken(entry) {
  if (entry.kind === "station") return spokenStation(entry);
  const share = freeShare(entry);
  const free = share == null ? "availability not known" : `${Math.round(share * 100)} % free`;
  return entry.kind === "stack"
    ? `${entry.count} stations at one spot, ${free}`
    : `Cluster of ${entry.count} stations, ${free}`;
}

function spokenStation(station) {
  const { free, points, kw } = station;
  const words = { unknown: "availability not known", broken: "out of order" };
  const parts = ["Station", words[stateOf(station)] ?? `${free} of ${points} free`];
  if (kw > 0) parts.push(`${Math.round(kw)} kW`);
  return parts.join(", ");
}

/** The inside of a far pin: one glyph on its shape. */
export function farFace(entry) {
  const shape = isFast(entry) ? "diamond" : "disc";
  return `<span class="face"><svg class="glyph" aria-hidden="true"><use href="#${shape}-${stateOf(entry)}"/></svg></span>`;
}

/** The inside of a pill: glyph, free/all, bolts and kW. */
export function pillFace(entry) {
  const free = countable(entry) ? `<b>${entry.free}/${entry.points}</b>` : "";
  const bolts = "<svg aria-hidden='true'><use href='#bolt'/></svg>".repeat(boltsOf(entry));
  const kw = !(entry.kw > 0) ? "" : `<i>${bolts}${Math.round(entry.kw)}${free ? "" : " kW"}</i>`;
  const fallback = free || kw ? "" : "<i>Station</i>";
  return `<span class="face"><svg class="glyph" aria-hidden="true"><use href="#disc-${stateOf(entry)}"/></svg>${free}${kw}${fallback}</span>`;
}

/** The inside of a cluster: the count in a ring whose green share is the share free. */
export function clusterFace(entry) {
  const share = freeShare(entry);
  const drawn = share == null ? 0 : Math.round(share * 100);
  const arc = drawn
    ? `<circle class="arc" r="15.5" cx="18" cy="18" pathLength="100" stroke-dasharray="${drawn} 100"/>`
    : "";
  return `<span class="face"><svg class="ring" viewBox="0 0 36 36" aria-hidden="true"><circle r="15.5" cx="18" cy="18"/>${arc}</svg><b>${compact(entry.count)}</b></span>`;
}

/** How many pixels wide a pill will be; a guess good enough to keep pills apart. */
export function pillWidth(entry) {
  const free = countable(entry) ? 5 + 7.9 * `${entry.free}/${entry.points}`.length : 0;
  const kw = !(entry.kw > 0) ? 0 : 6 + 7.2 * String(Math.round(entry.kw)).length;
  const words = free ? 0 : kw ? 20 : 50; // " kW", or "Station" where nothing is known.
  return 36 + free + kw + 8 * boltsOf(entry) + words;
}

export function clusterSize(count) {
  if (count < 10) return 36;
  if (count < 100) return 40;
  return count < 1_000 ? 46 : 52;
}

// Whether free of points says something.
function countable({ free, points }) {
  return free != null && points > 0;
}

function boltsOf({ kw }) {
  if (!(kw >= FAST_KW)) return 0;
  return kw < ULTRA_KW ? 1 : 2;
}

const GLYPHS = {
  disc: {
    free: '<circle class="free" cx="12" cy="12" r="9.5"/>',
    some: '<circle class="hollow some" cx="12" cy="12" r="8.4"/><path class="some" d="M12 3.6a8.4 8.4 0 0 1 0 16.8z"/>',
    busy: '<circle class="hollow busy" cx="12" cy="12" r="8.4"/>',
    broken: '<circle class="broken" cx="12" cy="12" r="9.5"/>',
    unknown: '<circle class="hollow unknown" cx="12" cy="12" r="8.6"/>',
  },
  diamond: {
    free: '<rect class="free" x="4" y="4" width="16" height="16" rx="4.6" transform="rotate(45 12 12)"/>',
    some: '<rect class="hollow some" x="5" y="5" width="14" height="14" rx="3.8" transform="rotate(45 12 12)"/><path class="some" d="M12 2.9a3.6 3.6 0 0 1 2.1 1L20 9.9a3 3 0 0 1 0 4.2l-5.9 5.9a3.6 3.6 0 0 1-2.1 1z"/>',
    busy: '<rect class="hollow busy" x="5" y="5" width="14" height="14" rx="3.8" transform="rotate(45 12 12)"/>',
    broken:
      '<rect class="broken" x="4" y="4" width="16" height="16" rx="4.6" transform="rotate(45 12 12)"/>',
    unknown:
      '<rect class="hollow unknown" x="5" y="5" width="14" height="14" rx="3.8" transform="rotate(45 12 12)"/>',
  },
};

const MARKS = {
  free: '<path class="mark" d="M8.2 12.4l2.6 2.6 5-5.4"/>',
  some: "",
  busy: '<path class="bar" d="M8.4 12h7.2"/>',
  broken: '<path class="mark" d="M9 9l6 6M15 9l-6 6"/>',
  unknown: '<path class="query" d="M9.9 10.1a2.15 2.15 0 1 1 3.2 1.85c-.75.42-1.1.85-1.1 1.6M12 16v.1"/>',
};

/** All glyphs once; pins refer to them. */
export function addSprite() {
  const symbols = Object.entries(GLYPHS).flatMap(([shape, states]) =>
    Object.entries(states).map(
      ([state, body]) =>
        `<symbol id="${shape}-${state}" viewBox="0 0 24 24">${body}${MARKS[state]}</symbol>`,
    ),
  );
  const bolt = '<symbol id="bolt" viewBox="0 0 10 14"><path d="M6 0 .6 8h3.2L3 14 9.4 5.4H5.6z"/></symbol>';
  const holder = document.createElement("div");
  holder.className = "sprite";
  holder.innerHTML = `<svg aria-hidden="true">${symbols.join("")}${bolt}</svg>`;
  document.body.prepend(holder);
}
