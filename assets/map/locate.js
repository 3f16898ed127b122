// Where the driver is: asks the browser, draws the dot, tells why when it cannot.

import { DomUtil, Layer } from "./leaflet.js";
import { metresPerPixel } from "./geo.js";

const REASONS = { 1: "denied", 2: "unavailable", 3: "timeout" };
const PATIENCE = { enableHighAccuracy: true, timeout: 10_000, maximumAge: 30_000 };

/** `{lat, lon, accuracy_m}`; rejects with denied, unavailable or timeout. */
export function whereAmI() {
  return new Promise((resolve, reject) => {
    if (!navigator.geolocation) {
      reject("unavailable");
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) =>
        resolve({ lat: coords.latitude, lon: coords.longitude, accuracy_m: coords.accuracy }),
      ({ code }) => reject(REASONS[code] ?? "unavailable"),
      PATIENCE,
    );
  });
}

/** The blue dot and, around it, how far off it may be. */
export const Dot = Layer.extend({
  initialize(here) {
    this.here = here;
  },

  onAdd(map) {
    this.element = DomUtil.create("div", "me leaflet-zoom-animated", map.getPane("overlayPane"));
    this.element.setAttribute("role", "img");
    this.element.setAttribute("aria-label", "You are here");
    this.place();
  },

  onRemove() {
    DomUtil.remove(this.element);
  },

  getEvents() {
    return { zoom: this.place, viewreset: this.place, zoomanim: this.animateZoom };
  },

  place() {
    const { lat, lon } = this.here;
    this.measure(this._map.getZoom());
    DomUtil.setPosition(this.element, this._map.latLngToLayerPoint([lat, lon]));
  },

  animateZoom({ zoom, center }) {
    const { lat, lon } = this.here;
    this.measure(zoom);
    const at = this._map._latLngToNewLayerPoint([lat, lon], zoom, center);
    DomUtil.setPosition(this.element, at.round());
  },

  measure(zoom) {
    const radius = this.here.accuracy_m / metresPerPixel(this.here.lat, zoom);
    this.element.style.setProperty("--radius", `${Math.round(radius)}px`);
  },
});
