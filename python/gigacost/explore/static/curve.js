// One quantity along one axis: a line where the axis has numbers, bars where it has labels.

const CURVE_MOST = 160; // designs along an axis that are drawn

/** A path through points, broken where one is missing. */
function brokenPath(points) {
  let open = false;
  let path = "";
  for (const [x, y] of points) {
    const known = Number.isFinite(y);
    if (known) path += `${open ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    open = known;
  }
  return path;
}

/** The values of a quantity along an axis: positions, numbers on the axis, values, which are allowed. */
function curveOf(model, now, axis, quantity, condition) {
  const { places, designs } = along(model.sizes, now, axis, CURVE_MOST);
  const { values, status } = model.evaluate(designs);
  const width = model.outputs.length;
  const column = (name) => {
    const at = model.outputs.indexOf(name);
    return places.map((_, i) => values[i * width + at]);
  };
  const met = condition ? column(condition).map((value) => value === 1) : places.map(() => true);
  return { places, values: column(quantity), status, met };
}

/** The line, the chosen point on it, and the pinned line behind it. */
function drawCurve(into, { axis, quantity, curve, pinned, chosen }) {
  const box = boxFor(into.parentElement, 0.5);
  const numbers = curve.places.map((place) => axis.values[place]);
  const x = scale(numbers, box.left + 8, box.right - 8);
  const y = scale([...curve.values, ...(pinned?.values ?? [])], box.bottom - 4, box.top + 4);
  const points = (one) => one.values.map((value, i) => [x.place(axis.values[one.places[i]]), y.place(value)]);
  const titles = {
    x: axisTitle(axis.label, axis.unit), xUnit: axis.unit,
    y: axisTitle(quantity.label, quantity.unit), yUnit: quantity.unit,
  };
  const parts = frame(box, x, y, titles);
  if (pinned) parts.push(drawn("path", { class: "pinned line", d: brokenPath(points(pinned)) }));
  const own = points(curve);
  parts.push(drawn("path", { class: "line", d: brokenPath(own) }));
  own.forEach(([px, py], i) => {
    if (!Number.isFinite(py)) return;
    const kind = curve.places[i] === chosen ? "chosen" : curve.met[i] ? "dot" : "dot unmet";
    parts.push(drawn("circle", { class: kind, cx: px.toFixed(1), cy: py.toFixed(1), r: kind === "chosen" ? 6 : 2.5 }));
  });
  if (!own.some(([, py]) => Number.isFinite(py))) {
    const middle = { class: "title", x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 };
    parts.push(drawn("text", { ...middle, "text-anchor": "middle" }, "no value anywhere along this axis"));
  }
  into.replaceChildren(...parts);
  into.setAttribute("viewBox", `0 0 ${box.width} ${box.height}`);
}

/** Bars with their names and numbers: a picture that is a table. Pinned values are a thinner bar below. */
function bars(caption, heads, rows, unit) {
  const most = Math.max(...rows.flatMap((row) => [row.value, row.pinned]).filter(Number.isFinite), 0);
  const width = (value) => (value > 0 ? `${((value / most) * 100).toFixed(2)}%` : "0");
  const bar = (value, kind) => {
    const made = element("span", { class: value > 0 ? kind : `${kind} none` });
    made.style.width = width(value);
    return made;
  };
  const made = table(
    caption,
    heads,
    rows.map((row) => [
      row.label,
      datum(row.value, unit, { name: row.name, why: row.why }),
      element("span", {}, row.beside ?? ""),
      element("div", { class: "bars", "aria-hidden": "true" }, bar(row.value, row.chosen ? "bar chosen" : "bar"),
        ...(row.pinned === undefined ? [] : [bar(row.pinned, "bar pinned")])),
    ]),
  );
  made.classList.add("barred");
  return made;
}
