// The stations of the view: asks the API, drops what is stale, keeps what it has through a failure.

import { boxOf, holds, wrap } from "./geo.js";
import { canonical, stationsRequest, stationsUrl } from "./view.js";

const SETTLE_MS = 60;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;

/**
 * Follows a view. `events` gets `loaded(items, answer)`, `failed(what, message)` and `recovered()`;
 * an item is `{id, lat, lon, count, kw, free, points}` with null for what is not known.
 */
export class Stations {
  constructor({ filters, first, events }) {
    this.filters = filters;
    this.first = first;
    this.events = events;
    this.answer = null; // What the newest complete answer covers: {box, zoom, filters, items, total}.
    this.request = null;
    this.failures = 0;
    this.stale = false;
    this.wantedAt = -Infinity;
    window.addEventListener("online", () => this.failures && this.#again());
  }

  /** Whether what is shown now is what this view asked for. */
  get settled() {
    return !this.request && this.failures === 0;
  }

  /** The map shows `view` in `size` pixels: fetch it soon, unless it is here already. */
  want(view, size) {
    const quiet = performance.now() - this.wantedAt > SETTLE_MS;
    this.wantedAt = performance.now();
    this.view = view;
    this.size = size;
    clearTimeout(this.timer);
    if (this.#covered(this.answer)) {
      this.#drop();
      return;
    }
    if (quiet) this.#fetch(); // A single move is answered at once, a flurry when it is over.
    else this.timer = setTimeout(() => this.#fetch(), SETTLE_MS);
  }

  /** The map shows `view` in passing: fetch it now if it is not here; tells whether it was asked for. */
  ahead(view, size) {
    if (this.failures) return false;
    this.view = view;
    this.size = size;
    if (this.#covered(this.answer)) return false;
    clearTimeout(this.timer);
    this.#fetch();
    return true;
  }

  setFilters(query) {
    const filters = canonical(query);
    if (filters === this.filters) return;
    this.filters = filters;
    this.failures = 0;
    this.#again();
  }

  /** Asks again for the same box: the data has changed. */
  refresh() {
    this.stale = true;
    this.#again();
  }

  #again() {
    clearTimeout(this.timer);
    if (this.view) this.#fetch();
  }

  #covered(known) {
    if (!known || this.stale || this.failures) return false;
    const sameQuestion = known.zoom === this.view.zoom && known.filters === this.filters;
    return sameQuestion && holds(known.box, boxOf(this.view, this.size));
  }

  async #fetch() {
    if (this.request && !this.stale && this.#covered(this.request)) return;
    this.#drop();
    const request = this.#takeFirst() ?? this.#send();
    this.request = request;
    try {
      const answer = await request.answer;
      if (!answer.ok) throw await refusal(answer);
      const columns = await answer.json();
      if (this.request === request) this.#accept(request, columns);
    } catch (error) {
      if (this.request === request) this.#reject(error);
    }
  }

  #takeFirst() {
    const first = this.first;
    this.first = null;
    if (first && first.filters === this.filters && this.#covered(first)) return first;
    first?.controller.abort();
    return null;
  }

  #send() {
    const request = stationsRequest(this.view, this.size, this.filters);
    const controller = new AbortController();
    const cache = this.stale ? "no-cache" : "default";
    const answer = fetch(request.url, { signal: controller.signal, cache });
    return { ...request, filters: this.filters, answer, controller };
  }

  #accept(request, columns) {
    this.request = null;
    this.stale = false;
    const recovered = this.failures > 0;
    this.failures = 0;
    const { box, zoom, filters } = request;
    this.answer = { box, zoom, filters, total: columns.total, items: items(columns, box) };
    if (recovered) this.events.recovered();
    this.events.loaded(this.answer.items, this.answer);
  }

  #reject(error) {
    this.request = null;
    this.failures += 1;
    this.events.failed(error.permanent ? "filters" : "stations", error.message);
    if (error.permanent) return; // Asking the same again gets the same answer.
    const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (this.failures - 1));
    this.timer = setTimeout(() => this.#fetch(), error.retryAfterMs ?? wait);
  }

  #drop() {
    this.request?.controller.abort();
    this.request = null;
  }
}

/** The stations of a small box, at a zoom, without touching what is followed. */
export async function peek(box, zoom, filters) {
  const answer = await fetch(stationsUrl(box, zoom, filters));
  if (!answer.ok) throw await refusal(answer);
  return items(await answer.json(), box);
}

async function refusal(answer) {
  const problem = await answer.json().catch(() => ({}));
  const error = new Error(problem.detail ?? problem.title ?? `answer ${answer.status}`);
  error.permanent = answer.status === 422 || answer.status === 400;
  const seconds = Number(answer.headers.get("Retry-After"));
  if (seconds > 0) error.retryAfterMs = seconds * 1_000;
  return error;
}

/** Rows from columns, on the copy of the world that the box looks at. */
function items({ lon, lat, count, id, kw, free, points }, box) {
  const middle = (box.west + box.east) / 2;
  return lon.map((value, i) => ({
    id: id[i],
    lat: lat[i],
    lon: middle + wrap(value - middle),
    count: count[i],
    kw: kw[i],
    free: free[i],
    points: points[i],
  }));
}
