// Stands inline at the top of the frame: picks the theme and sends the first request while the map's
// script is still on its way. The map takes over from `chargesphereBoot`.

import {
  asked,
  effectiveTheme,
  fallbackView,
  fitted,
  recall,
  stationsRequest,
  windowSize,
} from "./view.js";

const config = JSON.parse(document.getElementById("config").textContent);
const wish = asked(config);
const size = windowSize();
document.documentElement.dataset.theme = effectiveTheme(wish.theme);

const boot = {
  config,
  theme: wish.theme ?? "system",
  units: recall("chargesphere.units") ?? "km",
  filters: wish.filters,
  selected: wish.selected,
  station: wish.selected ? getJson(`/api/v1/stations/${wish.selected}`) : Promise.resolve(null),
  first: null,
  view: null,
};
boot.view = wish.selected && !wish.view ? boot.station.then(begin) : Promise.resolve(begin(null));
window.chargesphereBoot = boot;

function begin(station) {
  const atStation = station && { lat: station.lat, lon: station.lon, zoom: 16 };
  const view = fitted(wish.view ?? atStation ?? fallbackView(config, size), size);
  if (size.x > 0 && size.y > 0) {
    const request = stationsRequest(view, size, boot.filters);
    const controller = new AbortController();
    const answer = fetch(request.url, { signal: controller.signal });
    answer.catch(() => {}); // Whoever takes the request over sees the failure.
    boot.first = { ...request, filters: boot.filters, answer, controller };
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
