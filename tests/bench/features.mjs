// The stations that peers get, and how they cluster them: the same as ours.
import fs from "node:fs";

export const OPTIONS = { radius: 60, extent: 512, maxZoom: 16, minPoints: 2 };

// {"lon":[],"lat":[],"id":[],"free":[],"points":[],"plugs":[[[type, kw, free]]]} as features, and
// the plugs of each.
export function readStations(path) {
  const data = JSON.parse(fs.readFileSync(path, "utf8"));
  const features = data.lon.map((lon, i) => ({
    type: "Feature",
    properties: {
      id: data.id[i],
      kw: Math.max(...data.plugs[i].map((plug) => plug[1] ?? 0)),
      free: data.free[i],
      points: data.points[i],
    },
    geometry: { type: "Point", coordinates: [lon, data.lat[i]] },
  }));
  return { features, plugs: data.plugs };
}
