// Tiles from elsewhere, and when to stop waiting for them: three failures or two silent seconds
// bring the built-in map; every thirty seconds, and when the network returns, they get another try.

import { TileLayer } from "./leaflet.js";

const FAILURES = 3;
const PATIENCE_MS = 2_000;
const RETRY_MS = 30_000;

/** Follows the tile source; `changed("online" | "offline")` says what to show underneath. */
export class Tiles {
  constructor({ url, darkUrl, maxZoom }, changed) {
    this.urls = { light: url, dark: darkUrl || url };
    this.inverts = !darkUrl;
    this.changed = changed;
    this.online = null; // Not known until the first tile or the first failure.
    this.failures = 0;
    this.layer = new TileLayer(url, {
      maxNativeZoom: maxZoom,
      maxZoom: 22,
      keepBuffer: 3,
      className: "tiles",
    });
    this.layer.on({
      loading: () => this.#wait(),
      load: () => clearTimeout(this.timer),
      tileload: () => this.#arrived(),
      tileerror: () => this.#failed(),
    });
    window.addEventListener("online", () => this.map && this.online === false && this.#probe());
  }

  addTo(map) {
    this.map = map;
    this.online = null;
    this.failures = 0;
    this.layer.addTo(map);
  }

  remove() {
    clearTimeout(this.timer);
    clearInterval(this.probing);
    this.layer.remove();
    this.map = null;
  }

  /** Dark tiles where the source has them; otherwise the style sheet turns the light ones. */
  setTheme(theme) {
    this.layer.setUrl(this.urls[theme], !this.map || this.urls[theme] === this.layer._url);
    this.layer.getContainer()?.classList.toggle("inverted", theme === "dark" && this.inverts);
    this.layer.options.className = theme === "dark" && this.inverts ? "tiles inverted" : "tiles";
  }

  #wait() {
    clearTimeout(this.timer);
    this.arrivedNow = false;
    this.timer = setTimeout(() => !this.arrivedNow && this.#goOffline(), PATIENCE_MS);
  }

  #arrived() {
    clearTimeout(this.timer);
    this.arrivedNow = true;
    this.failures = 0;
    if (this.online) return;
    this.online = true;
    clearInterval(this.probing);
    this.changed("online");
  }

  #failed() {
    this.failures += 1;
    if (this.failures < FAILURES || this.arrivedNow) return;
    this.#goOffline();
    this.layer.remove(); // No more requests to a server that only refuses.
  }

  // A slow source stays on the map: what arrives late covers the built-in map.
  #goOffline() {
    clearTimeout(this.timer);
    if (this.online === false || !this.map) return;
    this.online = false;
    this.probing = setInterval(() => this.#probe(), RETRY_MS);
    this.changed("offline");
  }

  #probe() {
    const { map, layer } = this;
    if (map.hasLayer(layer)) {
      layer.redraw();
      return;
    }
    const zoom = Math.min(map.getZoom(), layer.options.maxNativeZoom);
    const { x, y } = map.project(map.getCenter(), zoom).divideBy(256).floor();
    const image = new Image();
    image.addEventListener("load", () => {
      if (this.map !== map || map.hasLayer(layer)) return;
      this.failures = 0;
      layer.addTo(map);
    });
    image.src = layer._url.replace("{z}", zoom).replace("{x}", x).replace("{y}", y).replace("{s}", "a").replace("{r}", "");
  }
}
