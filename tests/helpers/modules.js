// Runs WebAssembly modules on designs, draws and numbers: `node modules.js FOLDER`, with cases.json in the folder.
"use strict";
const fs = require("fs");
const path = require("path");

const folder = process.argv[2];
const read = (name) => fs.readFileSync(path.join(folder, name));
const write = (name, bytes) => fs.writeFileSync(path.join(folder, name), bytes);
const floats = (name) => new Float64Array(new Uint8Array(read(name)).buffer);

function started(one) {
  return new WebAssembly.Instance(new WebAssembly.Module(read(one.module))).exports;
}

/** Bytes behind what the module uses, as addresses that are multiples of eight. */
function room(memory, heap, ...sizes) {
  const places = [];
  let at = heap;
  for (const size of sizes) {
    at = Math.ceil(at / 8) * 8;
    places.push(at);
    at += size;
  }
  const lacking = at - memory.buffer.byteLength;
  if (lacking > 0) memory.grow(Math.ceil(lacking / 65536));
  return places;
}

const kinds = {
  /** All designs in one call, or in several: what is told must not depend on that. */
  run(one) {
    const { memory, run } = started(one);
    const designs = read(one.designs);
    const size = one.outputs * 8 + 1;
    const [values, states] = [[], []];
    for (let first = 0; first < one.count; first += one.chunk) {
      const count = Math.min(one.chunk, one.count - first);
      const [from, to] = room(memory, one.heap, 4 * one.axes * count, size * count);
      new Uint8Array(memory.buffer).set(designs.subarray(4 * one.axes * first, 4 * one.axes * (first + count)), from);
      run(count, from, to);
      values.push(Buffer.from(new Uint8Array(memory.buffer, to, (size - 1) * count)));
      states.push(Buffer.from(new Uint8Array(memory.buffer, to + (size - 1) * count, count)));
    }
    return Buffer.concat([...values, ...states]);
  },
  /** The draws of each design. Designs are run in between: neither may disturb the other. */
  draw(one) {
    const { memory, run, draw } = started(one);
    const designs = read(one.designs);
    const answer = [];
    const [from, to, told] = room(memory, one.heap, designs.length, 8 * one.drawn * one.draws, 8 * one.outputs + 1);
    new Uint8Array(memory.buffer).set(designs, from);
    for (let design = 0; design < one.count; design++) {
      const at = from + 4 * one.axes * design;
      draw(at, 0, one.draws, to);
      answer.push(Buffer.from(new Uint8Array(memory.buffer, to, 8 * one.drawn * one.draws)));
      run(1, from + 4 * one.axes * (one.count - 1 - design), told);
      answer.push(Buffer.from(new Uint8Array(memory.buffer, told, 8 * one.outputs + 1)));
    }
    return Buffer.concat(answer);
  },
  /** A function on numbers. */
  call(one) {
    const called = started(one)[one.name];
    const operands = one.operands.map(floats);
    const values = operands[0].map((x, i) => called(x, ...operands.slice(1).map((more) => more[i])));
    return Buffer.from(values.buffer);
  },
  /** What a module that is stopped says. */
  trap(one) {
    try {
      kinds.run(one);
      return Buffer.from("ran");
    } catch (error) {
      return Buffer.from(`${error.name}: ${error.message}`);
    }
  },
};

JSON.parse(read("cases.json")).forEach((one, place) => write(`${place}.answer`, kinds[one.kind](one)));
