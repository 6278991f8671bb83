// Designs a second of a WebAssembly module in node, one thread: `node explore.js CASE.json`, for benches/explore.py.
"use strict";
const fs = require("fs");

const one = JSON.parse(fs.readFileSync(process.argv[2]));
const module_ = new WebAssembly.Module(fs.readFileSync(one.module));

/** Seconds that designs take in an instance whose memory remembers none. */
function seconds(designs, count) {
  const { memory, run } = new WebAssembly.Instance(module_).exports;
  const from = Math.ceil(one.heap / 8) * 8;
  const to = Math.ceil((from + designs.length) / 8) * 8;
  const lacking = to + (8 * one.outputs + 1) * count - memory.buffer.byteLength;
  if (lacking > 0) memory.grow(Math.ceil(lacking / 65536));
  new Uint8Array(memory.buffer).set(designs, from);
  const start = process.hrtime.bigint();
  run(count, from, to);
  return Number(process.hrtime.bigint() - start) / 1e9;
}

const found = {};
for (const [name, file] of Object.entries(one.designs)) {
  const designs = fs.readFileSync(file);
  const count = designs.length / (4 * one.axes);
  // The first runs are those in which code is still being compiled.
  const runs = Array.from({ length: one.runs }, () => seconds(designs, count)).slice(1);
  runs.sort((a, b) => a - b);
  found[name] = Math.round(count / runs[runs.length >> 1]);
}
process.stdout.write(JSON.stringify(found));
