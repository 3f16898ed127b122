// The peer: npm supercluster behind a line protocol. One JSON command a line on stdin, one JSON
// answer a line on stdout. Times are milliseconds, each the median of its repetitions.
//
//   node --expose-gc supercluster.mjs STATIONS.json
//
// STATIONS.json: see features.mjs.
import { createInterface } from "node:readline";
import Supercluster from "supercluster";
import { OPTIONS, readStations } from "./features.mjs";

const { features, plugs } = readStations(process.argv[2]);
let index = null;

function median(values) {
  values.sort((a, b) => a - b);
  return values[values.length >> 1];
}

function timed(repeat, work) {
  const times = [];
  let result;
  for (let i = 0; i < repeat; i++) {
    const begin = performance.now();
    result = work();
    times.push(performance.now() - begin);
  }
  return { ms: median(times), result };
}

// What the driver asked for must hold on one plug: [types, least kW, must be free].
function matching([types, leastKw, mustBeFree]) {
  return features.filter((_, i) =>
    plugs[i].some(
      ([type, kw, free]) =>
        (!types.length || types.includes(type)) && (kw ?? -1) >= leastKw && (!mustBeFree || free > 0),
    ),
  );
}

const commands = {
  load({ repeat }) {
    index = null;
    global.gc();
    const before = process.memoryUsage();
    const { ms } = timed(repeat, () => {
      index = new Supercluster(OPTIONS).load(features);
    });
    global.gc();
    const after = process.memoryUsage();
    const held = (m) => m.heapUsed + m.arrayBuffers;
    return { ms, bytes: held(after) - held(before) };
  },
  filter({ repeat, filter, bbox, zoom }) {
    const { ms } = timed(repeat, () => {
      index = new Supercluster(OPTIONS).load(matching(filter));
      return JSON.stringify(index.getClusters(bbox, zoom));
    });
    return { ms };
  },
  view({ repeat, bbox, zoom }) {
    const { ms, result } = timed(repeat, () => JSON.stringify(index.getClusters(bbox, zoom)));
    return { ms, bytes: result.length };
  },
  counts({ bbox, zoom }) {
    const counts = index.getClusters(bbox, zoom).map((f) => f.properties.point_count ?? 1);
    return { counts: counts.sort((a, b) => a - b) };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  console.log(JSON.stringify(commands[command.op](command)));
}
