// Axes of drawings: where a value stands, and which values are named.

const LOG_FROM = 8; // values whose greatest is more than so many times the least are drawn on a logarithmic scale

const WIDTHS = new WeakMap(); // of what drawings stand in: asking the page while it changes has it laid out each time

/** The box of a drawing that is as wide as what it stands in, so that its texts have the size of all others. */
function boxFor(parent, shape) {
  const width = Math.max(Math.round(WIDTHS.get(parent)), 280);
  const height = Math.round(Math.min(Math.max(width * shape, 270), 480));
  return { width, height, left: 58, right: width - 14, top: 26, bottom: height - 46 };
}

/** A scale of values from one place to another; logarithmic where they span decades. */
function scale(values, from, to) {
  const known = values.filter(Number.isFinite);
  let low = known.length ? Math.min(...known) : 0;
  let high = known.length ? Math.max(...known) : 1;
  const log = low > 0 && high / low > LOG_FROM;
  if (!log && low > 0 && low < 0.6 * high) low = 0;
  if (low === high) [low, high] = low === 0 ? [0, 1] : [low - Math.abs(low) * 0.1, high + Math.abs(high) * 0.1];
  const on = log ? Math.log10 : (value) => value;
  const [first, last] = [on(low), on(high)];
  const place = (value) => from + ((on(value) - first) / (last - first)) * (to - from);
  return { place, log, low, high, ticks: log ? decades(low, high) : steps(low, high) };
}

/** Round values between two, about five. */
function steps(low, high) {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((times) => times * power >= rough * 0.999);
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) found.push(i * step);
  return found;
}

/** Powers of ten between two values; where these are few, twice and five times as much too. */
function decades(low, high) {
  const span = Math.log10(high / low);
  const times = span < 2.5 ? [1, 2, 5] : span < 4 ? [1, 3] : [1];
  const every = Math.max(1, Math.round(span / 6));
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    if (power % every) continue;
    found.push(...times.map((one) => one * 10 ** power).filter((value) => value >= low && value <= high));
  }
  return found;
}

/** A value beside an axis: without its unit, which the axis's title names, but for money. */
function tick(value, unit) {
  return unit.startsWith("$") ? amount(value, unit === "$" ? "$" : "$/").replace(/\/$/, "") : scaled(value);
}

/** The title of an axis: what is measured, and in which unit. */
function axisTitle(label, unit) {
  const words = unit === "1" || unit === "" ? "" : UNIT_WORDS[unit] ?? unit;
  return words && words !== label ? `${label} [${words}]` : label;
}

/** The frame of a drawing: lines and numbers below and to the left. Texts do not overlap. */
function frame(box, x, y, titles) {
  const parts = [];
  const named = new Set();
  for (const value of y.ticks) {
    if (named.has(tick(value, titles.yUnit))) continue;
    named.add(tick(value, titles.yUnit));
    const at = y.place(value);
    parts.push(drawn("line", { class: "grid", x1: box.left, x2: box.right, y1: at, y2: at }));
    const beside = { class: "tick", x: box.left - 8, y: at + 4, "text-anchor": "end" };
    parts.push(drawn("text", beside, tick(value, titles.yUnit)));
  }
  let last = -Infinity;
  for (const value of x.ticks) {
    const at = x.place(value);
    parts.push(drawn("line", { class: "grid", x1: at, x2: at, y1: box.bottom, y2: box.bottom + 4 }));
    if (at - last < 44) continue;
    const below = { class: "tick", x: at, y: box.bottom + 18, "text-anchor": "middle" };
    parts.push(drawn("text", below, tick(value, titles.xUnit)));
    last = at;
  }
  parts.push(drawn("line", { class: "axis", x1: box.left, x2: box.right, y1: box.bottom, y2: box.bottom }));
  const middle = (box.left + box.right) / 2;
  parts.push(drawn("text", { class: "title", x: middle, y: box.bottom + 38, "text-anchor": "middle" }, titles.x));
  parts.push(drawn("text", { class: "title", x: 4, y: 14 }, titles.y));
  return parts;
}
