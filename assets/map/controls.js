// What floats over the map: buttons, scale, credit, the legend and a line that says what is going on.

import { metresPerPixel } from "./geo.js";

const ICONS = {
  locate: '<circle cx="12" cy="12" r="6.5"/><path d="M12 2.5v3M12 18.5v3M2.5 12h3M18.5 12h3"/><circle class="solid" cx="12" cy="12" r="2.4"/>',
  layers: '<path d="M12 3.5 3.5 8l8.5 4.5L20.5 8z"/><path d="m4 12.2 8 4.3 8-4.3"/><path d="m4 16.2 8 4.3 8-4.3"/>',
  legend: '<path d="M9.2 9.2a2.9 2.9 0 1 1 4.3 2.5c-1 .6-1.5 1.1-1.5 2.1"/><path d="M12 17.3v.1"/><circle cx="12" cy="12" r="9"/>',
  zoomIn: '<path d="M12 5v14M5 12h14"/>',
  zoomOut: '<path d="M5 12h14"/>',
  close: '<path d="m6.5 6.5 11 11m0-11-11 11"/>',
};

const LEGEND = `
  <div class="legend-head"><h2>Reading the map</h2></div>
  <ul>
    <li>${glyph("disc-free")}<span>Free</span></li>
    <li>${glyph("disc-some")}<span>Some free</span></li>
    <li>${glyph("disc-busy")}<span>All in use</span></li>
    <li>${glyph("disc-broken")}<span>Out of order</span></li>
    <li>${glyph("disc-unknown")}<span>Not known</span></li>
  </ul>
  <ul>
    <li>${glyph("disc-free")}<span>Below 50 kW</span></li>
    <li>${glyph("diamond-free")}<span>50 kW and up</span></li>
    <li><span class="bolts">${bolt()}</span><span>from 50 kW</span></li>
    <li><span class="bolts">${bolt()}${bolt()}</span><span>from 150 kW</span></li>
  </ul>
  <p><svg class="ring" viewBox="0 0 36 36" aria-hidden="true"><circle r="15" cx="18" cy="18"/><circle class="arc" r="15" cx="18" cy="18" pathLength="100" stroke-dasharray="62 100"/></svg>
  A ring with a number is a group of stations; its green part is the share of plugs free now.</p>`;

/** Makes the controls; `actions` has locate, layers, zoomIn and zoomOut. */
export class Controls {
  constructor(actions, { layers }) {
    this.units = "km";
    this.root = make("div", "chrome");
    const base = make("div", "base", this.root);
    this.place = make("div", "place", base);
    const corner = make("div", "corner", base);
    this.buttons = make("div", "buttons", corner);
    this.#button("locate", "Show where I am", actions.locate);
    if (layers) this.layers = this.#button("layers", "Use the built-in map", actions.layers);
    this.legendButton = this.#button("legend", "What the pins mean", () => this.toggleLegend());
    this.zoomInButton = this.#button("zoomIn", "Zoom in", actions.zoomIn);
    this.zoomOutButton = this.#button("zoomOut", "Zoom out", actions.zoomOut);
    this.foot = make("div", "foot", corner);
    this.scale = make("div", "scale", this.foot);
    this.credit = make("div", "credit", this.foot);
    this.notice = make("div", "notice", this.root);
    this.notice.setAttribute("role", "status");
    this.legend = this.#makeLegend();
    document.body.prepend(this.root);
  }

  toggleLegend(open = this.legend.hidden) {
    if (this.legend.hidden === !open) return;
    this.legend.hidden = !open;
    this.legendButton.setAttribute("aria-expanded", String(open));
    (open ? this.legend.querySelector("button") : this.legendButton).focus();
  }

  get legendOpen() {
    return !this.legend.hidden;
  }

  /** Says a line quietly; for `ms`, or until the next one. Nothing hides it. */
  say(text, ms = 0) {
    clearTimeout(this.quiet);
    if (text) this.notice.textContent = text;
    this.notice.classList.toggle("shown", Boolean(text));
    if (text && ms) this.quiet = setTimeout(() => this.say(""), ms);
  }

  setBusy(name, busy) {
    this.buttons.querySelector(`[data-name=${name}]`).classList.toggle("busy", busy);
  }

  setBuiltIn(builtIn) {
    this.layers?.setAttribute("aria-pressed", String(builtIn));
  }

  setZoom(zoom, lowest, highest) {
    this.zoomInButton.setAttribute("aria-disabled", String(zoom >= highest));
    this.zoomOutButton.setAttribute("aria-disabled", String(zoom <= lowest));
  }

  setScale(lat, zoom) {
    const { text, width } = scaleOf(metresPerPixel(lat, zoom), this.units);
    this.scale.textContent = text;
    this.scale.style.setProperty("--width", `${width}px`);
  }

  /** Where this is, in words; nothing hides it. */
  setPlace(text) {
    if (this.place.textContent !== text) this.place.textContent = text;
  }

  /** Who made what is seen: HTML from our own server, reduced to text and links. */
  setCredit(parts) {
    this.credit.replaceChildren();
    for (const [i, part] of parts.filter(Boolean).entries()) {
      if (i) this.credit.append(" · ");
      this.credit.append(textAndLinks(part));
    }
  }

  #button(name, label, act) {
    const button = make("button", "round", this.buttons);
    button.type = "button";
    button.dataset.name = name;
    button.setAttribute("aria-label", label);
    button.title = label;
    button.innerHTML = icon(name);
    button.addEventListener("click", () => button.getAttribute("aria-disabled") !== "true" && act());
    return button;
  }

  #makeLegend() {
    const legend = make("section", "legend", this.root);
    legend.id = "legend";
    legend.hidden = true;
    legend.setAttribute("aria-label", "What the pins mean");
    legend.innerHTML = LEGEND;
    const close = make("button", "plain", legend.querySelector(".legend-head"));
    close.type = "button";
    close.setAttribute("aria-label", "Close");
    close.innerHTML = icon("close");
    close.addEventListener("click", () => this.toggleLegend(false));
    this.legendButton.setAttribute("aria-expanded", "false");
    this.legendButton.setAttribute("aria-controls", "legend");
    return legend;
  }
}

/** The longest round distance that fits: its words and its width in pixels. */
export function scaleOf(metres, units) {
  const most = 96;
  const [unit, small, smallName, largeName] =
    units === "mi" ? [1_609.344, 0.3048, "ft", "mi"] : [1_000, 1, "m", "km"];
  const large = (metres * most) / unit >= 1;
  const size = large ? unit : small;
  const amount = roundDown((metres * most) / size);
  // By hand: a first toLocaleString() loads the browser's languages, which the first pins wait for.
  const digits = String(amount).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  const text = `${digits} ${large ? largeName : smallName}`;
  return { text, width: Math.round((amount * size) / metres) };
}

function roundDown(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  const lead = value / power;
  return (lead >= 5 ? 5 : lead >= 2 ? 2 : 1) * power;
}

function textAndLinks(html) {
  const kept = document.createDocumentFragment();
  for (const node of new DOMParser().parseFromString(html, "text/html").body.childNodes) {
    const href = node.nodeName === "A" ? node.getAttribute("href") : null;
    if (!/^https?:\/\//.test(href ?? "")) {
      kept.append(node.textContent);
      continue;
    }
    const link = make("a", "", kept);
    Object.assign(link, { href, target: "_blank", rel: "noopener", textContent: node.textContent });
  }
  return kept;
}

function icon(name) {
  return `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${ICONS[name]}</svg>`;
}

function glyph(id) {
  return `<svg class="glyph" aria-hidden="true"><use href="#${id}"/></svg>`;
}

function bolt() {
  return '<svg aria-hidden="true"><use href="#bolt"/></svg>';
}

function make(tag, className, parent) {
  const element = document.createElement(tag);
  element.className = className;
  parent?.append(element);
  return element;
}
