// The peer: npm supercluster behind node's own HTTP server, as its documentation shows both.
//
//   node http_peer.mjs STATIONS.json PORT
//
// GET /map?bbox=west,south,east,north&zoom=Z answers with GeoJSON features.
import http from "node:http";
import Supercluster from "supercluster";
import { OPTIONS, readStations } from "./features.mjs";

const index = new Supercluster(OPTIONS).load(readStations(process.argv[2]).features);

const server = http.createServer((request, response) => {
  const query = new URLSearchParams(request.url.slice(request.url.indexOf("?") + 1));
  const bbox = query.get("bbox").split(",").map(Number);
  const body = JSON.stringify(index.getClusters(bbox, Number(query.get("zoom"))));
  response.writeHead(200, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
});
server.listen(Number(process.argv[3]), "127.0.0.1");
