// Asks an HTTP server as fast as it answers, with npm autocannon. One JSON command a line on stdin,
// one JSON answer a line on stdout:
//
//   {"url": "http://127.0.0.1:1", "lists": [["/path", ...], ...], "seconds": 2}
//
// opens one connection for each list and asks its paths round and round.
import { createInterface } from "node:readline";
import autocannon from "autocannon";

function load({ url, lists, seconds }) {
  return new Promise((resolve, reject) => {
    const times = [];
    let opened = 0;
    const instance = autocannon(
      {
        url,
        connections: lists.length,
        duration: seconds,
        setupClient: (client) => client.setRequests(lists[opened++].map((path) => ({ path }))),
      },
      (error, result) => {
        if (error) return reject(error);
        times.sort((a, b) => a - b);
        resolve({
          answers: result["2xx"],
          failures: result.non2xx + result.errors + result.timeouts + result.mismatches,
          seconds: result.duration,
          bytes: result.throughput.total,
          p50_ms: times[Math.floor(times.length * 0.5)],
          p99_ms: times[Math.floor(times.length * 0.99)],
        });
      },
    );
    // Its own histogram knows whole milliseconds only.
    instance.on("response", (_client, _status, _bytes, ms) => times.push(ms));
  });
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await load(JSON.parse(line))));
}
