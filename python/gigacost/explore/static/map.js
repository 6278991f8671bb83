// Thousands of designs around the chosen one: one quantity against another, the front, the chosen point.

const MAP_MOST = 6000;
// Those of the charts but for yellow, which does not show on white.
const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7", "#8c6d31", "#8c7aa9", "#8f9a27"];
const RAMP = ["#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30"];
const UNMET = "#8a8f98";

/** The colour of each position of an axis: apart for labels, a ramp for numbers or for many labels. */
function coloursOf(axis) {
  const size = axis.values.length;
  if (axis.kind === "label" && size <= COLOURS.length) return COLOURS.slice(0, size);
  return axis.values.map((_, i) => RAMP[Math.floor((i * RAMP.length) / size)]);
}

/** What the map shows of the worker's answer: points with both numbers, and how many there are without. */
function pointsOf(answer, model, { x, y, condition }) {
  const width = model.outputs.length;
  const [xAt, yAt] = [x, y].map((name) => model.outputs.indexOf(name));
  const at = condition ? model.outputs.indexOf(condition) : -1;
  const axes = model.sizes.length;
  const count = answer.status.length;
  const numbers = () => new Float64Array(count);
  const found = { x: numbers(), y: numbers(), met: new Uint8Array(count), known: 0, fit: 0 };
  for (let i = 0; i < count; i++) {
    found.x[i] = answer.values[i * width + xAt];
    found.y[i] = answer.values[i * width + yAt];
    const known = Number.isFinite(found.x[i]) && Number.isFinite(found.y[i]);
    found.met[i] = known && (at < 0 || answer.values[i * width + at] === 1) ? 1 : 0;
    found.known += known;
    found.fit += found.met[i];
  }
  return { ...found, count, design: (i) => answer.designs.subarray(i * axes, (i + 1) * axes) };
}

/** The points of which no other has less of both, from left to right. */
function frontOf(points) {
  const order = [];
  for (let i = 0; i < points.count; i++) if (points.met[i]) order.push(i);
  order.sort((a, b) => points.x[a] - points.x[b] || points.y[a] - points.y[b] || a - b);
  let best = Infinity;
  return order.filter((i) => points.y[i] < best && ((best = points.y[i]), true));
}

/** The least of the points that meet the condition; -1 where none does. */
function leastOf(points) {
  let least = -1;
  for (let i = 0; i < points.count; i++) {
    if (points.met[i] && (least < 0 || points.y[i] < points.y[least])) least = i;
  }
  return least;
}

/** Draws points on a canvas and what surrounds them as SVG; knows which point is where. */
class DesignMap {
  constructor(canvas, overlay) {
    this.canvas = canvas;
    this.overlay = overlay;
    this.box = null;
    this.placed = null;
  }

  /** Draw points of an answer in the colours of an axis; the chosen design is marked where it stands. */
  draw(points, { colour, axisIndex, titles, chosen, pinned, front }) {
    const box = boxFor(this.overlay.parentElement, 0.55);
    this.box = box;
    this.overlay.setAttribute("viewBox", `0 0 ${box.width} ${box.height}`);
    const drawable = (_, i) => Number.isFinite(points.x[i]) && Number.isFinite(points.y[i]);
    const marks = [chosen, pinned].filter((one) => one && one.every(Number.isFinite));
    const x = scale([...points.x.filter(drawable), ...marks.map((mark) => mark[0])], box.left + 8, box.right - 8);
    const y = scale([...points.y.filter(drawable), ...marks.map((mark) => mark[1])], box.bottom - 6, box.top + 6);
    this.dots(points, colour, axisIndex, x, y);
    const line = brokenPath(front.map((i) => [x.place(points.x[i]), y.place(points.y[i])]));
    const parts = frame(box, x, y, titles);
    if (front.length > 1) parts.push(drawn("path", { class: "front", d: line }));
    const circle = (mark, kind) =>
      drawn("circle", { class: kind, cx: x.place(mark[0]).toFixed(1), cy: y.place(mark[1]).toFixed(1), r: 7 });
    if (pinned && pinned.every(Number.isFinite)) parts.push(circle(pinned, "ring pinned"));
    if (chosen.every(Number.isFinite)) parts.push(circle(chosen, "ring"));
    this.overlay.replaceChildren(...parts);
  }

  dots(points, colour, axisIndex, x, y) {
    const { width, height } = this.box;
    const density = Math.max(globalThis.devicePixelRatio || 1, 1.5);
    const [across, down] = [Math.round(width * density), Math.round(height * density)];
    if (this.canvas.width !== across || this.canvas.height !== down) {
      this.canvas.width = across;
      this.canvas.height = down;
    }
    const context = this.canvas.getContext("2d");
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, width, height);
    const groups = new Map([[UNMET, []]]); // by colour, those that miss the condition below all others
    this.placed = { x: new Float32Array(points.count).fill(-99), y: new Float32Array(points.count).fill(-99), points };
    for (let i = 0; i < points.count; i++) {
      if (!Number.isFinite(points.x[i]) || !Number.isFinite(points.y[i])) continue;
      this.placed.x[i] = x.place(points.x[i]);
      this.placed.y[i] = y.place(points.y[i]);
      const own = points.met[i] ? colour[points.design(i)[axisIndex]] : UNMET;
      if (!groups.has(own)) groups.set(own, []);
      groups.get(own).push(i);
    }
    for (const [own, members] of groups) {
      context.fillStyle = own;
      context.globalAlpha = own === UNMET ? 0.35 : 0.8;
      const size = (own === UNMET ? 2 : 3) + (points.known < 200 ? 3 : points.known < 1500 ? 1 : 0);
      for (const i of members) context.fillRect(this.placed.x[i] - size / 2, this.placed.y[i] - size / 2, size, size);
    }
  }

  /** The point next to a place on the screen; -1 where none is near. */
  near(event) {
    if (!this.placed) return -1;
    const drawnAt = this.overlay.getBoundingClientRect();
    const by = this.box.width / drawnAt.width;
    const [px, py] = [(event.clientX - drawnAt.left) * by, (event.clientY - drawnAt.top) * by];
    let found = -1;
    let least = 14 * 14;
    for (let i = 0; i < this.placed.x.length; i++) {
      const distance = (this.placed.x[i] - px) ** 2 + (this.placed.y[i] - py) ** 2;
      if (distance < least) [found, least] = [i, distance];
    }
    return found;
  }
}
