// Stations on one spot, spread so that each can be chosen: a circle for a few, a spiral for many.

const CIRCLE_MAX = 9;
const GAP_PX = 34;

/** A fan for `Pins.setFan`: the members of a stack with pixel offsets from their spot. */
export function fanOut({ key, lat, lon }, members) {
  const offsets = members.length <= CIRCLE_MAX ? circle(members.length) : spiral(members.length);
  const sorted = [...members].sort(byFreeThenPower);
  return {
    key,
    lat,
    lon,
    reach: Math.ceil(Math.max(...offsets.map(([x, y]) => Math.hypot(x, y)))) + GAP_PX,
    members: sorted.map((station, i) => ({
      ...station,
      kind: "station",
      key: station.id,
      lat,
      lon,
      offset: offsets[i],
    })),
  };
}

function circle(count) {
  const radius = Math.max(40, (count * (GAP_PX + 6)) / (2 * Math.PI));
  return Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count - Math.PI / 2;
    return [radius * Math.cos(angle), radius * Math.sin(angle)].map(Math.round);
  });
}

// Archimedes' spiral: turns GAP_PX apart, and as much between neighbours along it.
function spiral(count) {
  const offsets = [];
  let angle = 2.4;
  while (offsets.length < count) {
    const radius = 16 + (GAP_PX * angle) / (2 * Math.PI);
    offsets.push([radius * Math.cos(angle), radius * Math.sin(angle)].map(Math.round));
    angle += GAP_PX / radius;
  }
  return offsets;
}

function byFreeThenPower(a, b) {
  return (b.free ?? 0) - (a.free ?? 0) || (b.kw ?? 0) - (a.kw ?? 0) || (a.id < b.id ? -1 : 1);
}
