// Bundles one entry file and writes the result to standard output: node bundle.mjs ENTRY.

import { build } from "esbuild";

const [entry] = process.argv.slice(2);
const { outputFiles } = await build({
  entryPoints: [entry],
  bundle: true,
  minify: true,
  write: false,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  banner: { js: "/*! Licences: /static/licences.txt */" },
  outdir: "out",
  loader: { ".png": "empty" }, // Leaflet's pictures of markers and buttons, which we never show.
  logLevel: "error",
});
process.stdout.write(outputFiles[0].text);
