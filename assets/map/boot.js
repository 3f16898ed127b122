// Stands inline at the top of the frame, and of the page around it: sends the first request while the
// map's script is still on its way. What the page began the frame goes on with; the frame also picks
// the theme. The map takes over from `chargesphereBoot`.

import {
  asked,
  effectiveTheme,
  fallbackView,
  fitted,
  recall,
  stationsRequest,
  windowSize,
} from "./view.js";

const boot = begunByPage() ?? start();
if (boot.config.inPage) window.chargesphere.boot = boot;
else {
  window.chargesphereBoot = boot;
  document.documentElement.dataset.theme = effectiveTheme(boot.theme);
}

/** What the page around this frame has begun; only the first frame gets it. */
function begunByPage() {
  try {
    const page = window.parent.chargesphere;
    const begun = window.parent !== window && !window.location.hash && page?.boot;
    if (!begun) return null;
    page.boot = null;
    return { ...begun, config: { ...begun.config, inPage: false } };
  } catch {
    return null; // A page of another origin: it has no say here.
  }
}

function start() {
  const config = window.chargesphere?.config ?? JSON.parse(document.getElementById("config").textContent);
  const wish = asked(config);
  const size = windowSize();
  const begun = {
    config,
    theme: wish.theme ?? "system",
    units: recall("chargesphere.units") ?? "km",
    filters: wish.filters,
    selected: wish.selected,
    station: wish.selected ? getJson(`/api/v1/stations/${wish.selected}`) : Promise.resolve(null),
    first: null,
    view: null,
  };
  const look = (station) => begin(begun, wish, size, station);
  begun.view = wish.selected && !wish.view ? begun.station.then(look) : Promise.resolve(look(null));
  return begun;
}

function begin(begun, wish, size, station) {
  const atStation = station && { lat: station.lat, lon: station.lon, zoom: 16 };
  const view = fitted(wish.view ?? atStation ?? fallbackView(begun.config, size), size);
  if (size.x > 0 && size.y > 0) {
    const request = stationsRequest(view, size, begun.filters);
    const controller = new AbortController();
    const answer = fetch(request.url, { signal: controller.signal });
    answer.catch(() => {}); // Whoever takes the request over sees the failure.
    begun.first = { ...request, filters: begun.filters, answer, controller };
  }
  return view;
}

async function getJson(url) {
  try {
    const answer = await fetch(url);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
