// The controls: a slider for each axis of numbers, a select for each axis of labels.

/** A position on an axis as people read it. */
function placeText(axis, place) {
  const word = (value, unit) => (typeof value === "number" ? amount(value, unit ?? "") : String(value));
  return axis.columns.map(({ values, unit }) => word(values[place], unit)).join(", ");
}

/** Build the controls of all axes; `moved(axis, place, settled)` is told. Returns what shows a design on them. */
function buildControls(into, axes, moved) {
  const show = axes.map((axis, i) => {
    const id = `axis-${i}`;
    const last = axis.values.length - 1;
    const tell = (event) => moved(i, Number(event.target.value), event.type === "change");
    if (axis.kind === "label") {
      const select = element("select", { id, "data-axis": axis.name, onchange: tell });
      offer(select, axis.values.map((_, place) => [place, placeText(axis, place)]), 0);
      into.append(element("div", { class: "control" }, element("label", { for: id }, axis.label), select));
      return (place) => (select.value = place);
    }
    const slider = element("input", {
      id, type: "range", min: 0, max: last, step: 1, "data-axis": axis.name, oninput: tell, onchange: tell,
    });
    const output = element("output", { for: id, "aria-live": "off" }); // the slider says it
    const label = element("label", { for: id }, axis.label);
    into.append(element("div", { class: "control" }, element("div", { class: "named" }, label, output), slider));
    return (place) => {
      slider.value = place;
      output.textContent = placeText(axis, place);
      slider.setAttribute("aria-valuetext", placeText(axis, place));
    };
  });
  return (design) => show.forEach((one, i) => one(design[i]));
}
