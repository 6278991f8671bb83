// The two pictures with what is chosen beside them: the curve along an axis, the map of designs.

/** The curve along the axis that moved last, as a picture and as a table. */
function showCurve(about, model, question) {
  const axes = about.axes;
  const at = axes.findIndex((axis) => axis.name === question.view.along);
  const axis = axes[at];
  const name = question.view.of;
  const quantity = about.quantities[name];
  const condition = about.condition?.name;
  const curve = curveOf(model, question.now, at, name, condition);
  const pinned = question.pin && curveOf(model, question.pin, at, name, condition);
  const labels = axis.kind === "label";
  byId("curve").toggleAttribute("hidden", labels);
  byId("curve-bars").hidden = !labels;
  const state = (i) => (curve.status[i] ? stateWords(stateOf(model, curve.status[i])) : "");
  if (labels) {
    byId("curve-bars").replaceChildren(bars(`${quantity.label} by ${axis.label}`, [axis.label, quantity.label, "", ""],
      curve.places.map((place, i) => ({
        label: placeText(axis, place),
        value: curve.values[i],
        why: state(i),
        beside: curve.met[i] || state(i) ? "" : "misses the condition",
        chosen: place === question.now[at],
        pinned: pinned?.values[i],
      })), quantity.unit));
  } else drawCurve(byId("curve"), { axis, quantity, curve, pinned, chosen: question.now[at] });
  const value = curve.values[curve.places.indexOf(question.now[at])];
  const known = curve.values.filter(Number.isFinite);
  const [least, most] = [Math.min(...known), Math.max(...known)].map((one) => amount(one, quantity.unit));
  const span = known.length ? ` It runs from ${least} to ${most}.` : "";
  const missing = curve.values.length - known.length;
  byId("curve-caption").textContent =
    `${quantity.label} along ${axis.label}, all else as chosen: ${amount(value, quantity.unit)} at ` +
    `${placeText(axis, question.now[at])}.${span}` +
    (missing ? ` ${missing} of ${curve.values.length} cannot be.` : "") +
    `${pinned ? ` ${labels ? "Thin" : "Dashed"}: A.` : ""}`;
  if (byId("curve-details").open) showCurveTable(axis, quantity, curve, state);
  return { axis, quantity, curve, state };
}

function showCurveTable(axis, quantity, curve, state) {
  const rows = curve.places.map((place, i) => [
    placeText(axis, place),
    datum(curve.values[i], quantity.unit, { why: state(i) }),
    state(i) || (curve.met[i] ? "ok" : "misses the condition"),
  ]);
  byId("curve-table").replaceChildren(table("The curve", [axis.label, quantity.label, "status"], rows));
}

/** The colours of the map's points by name: labels, or the ends of a ramp. */
function showLegend(axis, colours, conditional) {
  const named = axis.kind === "label" && axis.values.length <= COLOURS.length;
  const last = axis.values.length - 1;
  const places = named ? axis.values.map((_, i) => i) : [0, Math.round(last / 2), last];
  const items = [...new Set(places)].map((place) => {
    const dot = element("span", { class: "swatch" });
    dot.style.background = colours[place];
    return element("li", {}, dot, placeText(axis, place));
  });
  const unmet = element("span", { class: "swatch" });
  unmet.style.background = UNMET;
  if (conditional) items.push(element("li", {}, unmet, "misses the condition"));
  byId("map-legend").replaceChildren(...items);
}

/** The map: draw an answer of the worker, and tell what is on it. */
function showMap(about, model, map, question, answer) {
  const { x, y, colour } = question.view;
  const [qx, qy] = [about.quantities[x], about.quantities[y]];
  const points = pointsOf(answer, model, { x, y, condition: about.condition?.name });
  const front = frontOf(points);
  const axisIndex = about.axes.findIndex((axis) => axis.name === colour);
  const colours = coloursOf(about.axes[axisIndex]);
  const titles = { x: axisTitle(qx.label, qx.unit), xUnit: qx.unit, y: axisTitle(qy.label, qy.unit), yUnit: qy.unit };
  const mark = (design) => {
    const { values } = answerOf(model, design, null);
    return [values[x], values[y]];
  };
  const pinned = question.pin && mark(question.pin);
  map.draw(points, { colour: colours, axisIndex, titles, chosen: mark(question.now), pinned, front });
  showLegend(about.axes[axisIndex], colours, about.condition !== null);
  const many = (count) => count.toLocaleString("en-US");
  const impossible = points.count - points.known;
  const met = about.condition ? ` ${many(points.fit)} meet the condition.` : "";
  byId("map-caption").textContent =
    `${many(points.count)} designs that differ from this one in what varies: ${qy.label} against ${qx.label}.${met}` +
    `${impossible ? ` ${many(impossible)} cannot be, and are not drawn.` : ""} ` +
    `The line is the front: the least ${qy.label} for each ${qx.label}.`;
  return { points, front };
}

/** The designs on the front as a table, each with a button that chooses it. */
function showFront(about, question, { points, front }, choose) {
  const varied = about.axes.map((axis, i) => [axis, i]).filter(([axis]) => !heldAxes(question).has(axis.name));
  const [qx, qy] = [about.quantities[question.view.x], about.quantities[question.view.y]];
  const most = 12;
  const shown = front.length > most ? spread(front.length, most, 0).map((i) => front[i]) : front;
  const rows = shown.map((i) => {
    const design = Uint32Array.from(points.design(i));
    const words = varied.map(([axis, at]) => placeText(axis, design[at]));
    const told = { type: "button", "aria-label": `Choose ${words.join(", ")}`, onclick: () => choose(design) };
    return [...words, datum(points.x[i], qx.unit), datum(points.y[i], qy.unit), element("button", told, "Choose")];
  });
  const heads = [...varied.map(([axis]) => axis.label), qx.label, qy.label, ""];
  byId("map-table").replaceChildren(table("Designs on the front", heads, rows));
}

/** The axes that stay as chosen on the map. */
function heldAxes(question) {
  return new Set(question.view.held.split(",").filter(Boolean));
}
