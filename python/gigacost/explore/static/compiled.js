// The model as a WebAssembly module, and which designs are asked of it. Runs in the page and in its worker.

const CHUNK = 2048; // designs that one call of the module answers: memory does not grow with what is asked

/** The compiled model: designs as positions on the axes in, quantities and states out. */
class Compiled {
  constructor(bytes, about) {
    this.about = about;
    this.sizes = about.axes.map((axis) => axis.values.length);
    this.outputs = about.outputs.map((output) => output.name);
    const { memory, run, draw } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
    this.memory = memory;
    this.run = run;
    this.draw = draw;
    this.chance = 1; // of the random designs of `bench`: never the same ones twice
    this.entry = Math.ceil(about.offsets.heap / 8) * 8;
  }

  /** Values of all outputs and the state, design after design; NaN where there is none. */
  evaluate(designs) {
    const axes = this.sizes.length;
    if (designs.length % axes) throw new RangeError(`${designs.length} positions are not of ${axes} axes each`);
    for (let i = 0; i < designs.length; i++) {
      if (designs[i] >= this.sizes[i % axes]) {
        const { name, values } = this.about.axes[i % axes];
        throw new RangeError(`${name} = ${designs[i]}: out of range; allowed: 0 to ${values.length - 1}`);
      }
    }
    const count = designs.length / axes;
    const width = this.outputs.length;
    const values = new Float64Array(count * width);
    const status = new Uint8Array(count);
    for (let start = 0; start < count; start += CHUNK) {
      const n = Math.min(CHUNK, count - start);
      const into = this.call(designs.subarray(start * axes, (start + n) * axes), n);
      values.set(new Float64Array(this.memory.buffer, into, n * width), start * width);
      status.set(new Uint8Array(this.memory.buffer, into + 8 * n * width, n), start);
    }
    return { values, status };
  }

  /** Run the module on some designs; where in its memory the answer begins. */
  call(designs, n) {
    const into = this.entry + Math.ceil((4 * designs.length) / 8) * 8;
    this.reserve(into + n * (8 * this.outputs.length + 1));
    new Uint32Array(this.memory.buffer, this.entry, designs.length).set(designs);
    this.run(n, this.entry, into);
    return into;
  }

  reserve(bytes) {
    const lacking = bytes - this.memory.buffer.byteLength;
    if (lacking > 0) this.memory.grow(Math.ceil(lacking / 65536));
  }

  /** For each quantity that is drawn, its values in all draws of what is left open, at one design. */
  drawn(design) {
    const { count, outputs } = this.about.draws;
    const found = outputs.map(() => new Float64Array(count));
    const into = this.entry + Math.ceil((4 * design.length) / 8) * 8;
    this.reserve(into + 8 * CHUNK * outputs.length);
    new Uint32Array(this.memory.buffer, this.entry, design.length).set(design);
    for (let first = 0; first < count; first += CHUNK) {
      const n = Math.min(CHUNK, count - first);
      this.draw(this.entry, first, n, into);
      const values = new Float64Array(this.memory.buffer, into, n * outputs.length);
      for (let i = 0; i < values.length; i++) {
        found[i % outputs.length][first + Math.floor(i / outputs.length)] = values[i];
      }
    }
    return found;
  }

  /** P10, P50 and P90 of each quantity that is drawn; null where too many draws are without it. */
  intervals(design) {
    const values = this.drawn(design);
    const found = this.about.draws.outputs.map(({ name, amount }, i) => [name, percentiles(values[i], amount)]);
    return Object.fromEntries(found);
  }

  /**
   * Designs a second: where one axis moves through its values while all others stay, and then again at another place;
   * and where all axes move at random. No place is visited twice but by chance, so little is remembered.
   */
  bench(n, axis) {
    const axes = this.sizes.length;
    const moving = new Uint32Array(n * axes);
    const random = new Uint32Array(n * axes);
    for (let i = 0; i < n * axes; i++) {
      const own = i % axes;
      const place = Math.floor(i / axes) % this.sizes[axis];
      this.chance = (Math.imul(this.chance, 1664525) + 1013904223) >>> 0; // a generator of Numerical Recipes
      random[i] = Math.floor((this.chance / 2 ** 32) * this.sizes[own]);
      moving[i] = own === axis ? place : place ? moving[i - axes] : random[i];
    }
    const per_second = this.speed(moving, n);
    return { per_second, axis: this.about.axes[axis].name, random_per_second: this.speed(random, n) };
  }

  speed(designs, n) {
    const axes = this.sizes.length;
    const start = performance.now();
    for (let at = 0; at < n; at += CHUNK) {
      const many = Math.min(CHUNK, n - at);
      this.call(designs.subarray(at * axes, (at + many) * axes), many);
    }
    return n / (Math.max(performance.now() - start, 0.1) / 1e3); // browsers tell no shorter time
  }
}

/**
 * Element ⌊p·(n−1)⌋ of the sorted values. A draw without an amount is dearer than all others; of a share there are then
 * no percentiles.
 */
function percentiles(values, isAmount) {
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  const none = known.length < values.length && !isAmount;
  const at = (percent) => (none ? null : known[Math.floor((percent * (values.length - 1)) / 100)] ?? null);
  return { p10: at(10), p50: at(50), p90: at(90) };
}

/** Positions on an axis, evenly spread, at most so many, the chosen one among them. */
function spread(size, most, chosen) {
  if (size <= most) return Array.from({ length: size }, (_, i) => i);
  if (most === 1) return [chosen];
  const found = Array.from({ length: most }, (_, i) => Math.round((i * (size - 1)) / (most - 1)));
  if (!found.includes(chosen)) {
    const next = found.findIndex((place) => place > chosen);
    found[found[next] - chosen < chosen - found[next - 1] ? next : next - 1] = chosen;
  }
  return found;
}

/** The designs around a chosen one: every combination of the axes that vary, thinned where they are too many. */
function around(sizes, now, varies, most) {
  const counts = sizes.map((size, axis) => (varies[axis] ? size : 1));
  const combinations = () => counts.reduce((product, count) => product * count, 1);
  while (combinations() > most) counts[counts.indexOf(Math.max(...counts))] -= 1;
  const places = counts.map((count, axis) => (varies[axis] ? spread(sizes[axis], count, now[axis]) : [now[axis]]));
  const total = places.reduce((product, one) => product * one.length, 1);
  const designs = new Uint32Array(total * sizes.length);
  let each = total; // how many designs share a position, the first axis outermost
  for (let axis = 0; axis < sizes.length; axis++) {
    each /= places[axis].length;
    for (let i = 0; i < total; i++) {
      designs[i * sizes.length + axis] = places[axis][Math.floor(i / each) % places[axis].length];
    }
  }
  return designs;
}

/** The designs along one axis, and their positions on it. */
function along(sizes, now, axis, most) {
  const places = spread(sizes[axis], most, now[axis]);
  const designs = new Uint32Array(places.length * sizes.length);
  places.forEach((place, i) => {
    designs.set(now, i * sizes.length);
    designs[i * sizes.length + axis] = place;
  });
  return { places, designs };
}
