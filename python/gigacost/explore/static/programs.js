// The page for programs: window.gigacost.

/** The position of an axis of that name. */
function axisNamed(axes, name) {
  const found = axes.findIndex((axis) => axis.name === name);
  if (found >= 0) return found;
  throw new RangeError(`axis = ${name}: unknown; allowed: ${axes.map((axis) => axis.name).join(", ")}`);
}

/** Values without those of the condition, which is the module's last output and none of the model's. */
function withoutCondition({ values, status }, width) {
  const found = new Float64Array(status.length * width);
  for (let i = 0; i < status.length; i++) {
    const from = i * (width + 1);
    found.set(values.subarray(from, from + width), i * width);
  }
  return { values: found, status };
}

/** What programs may ask of the page. */
function programmable(page) {
  const { model, about, axes } = page;
  const outputs = model.outputs.filter((name) => name !== about.condition?.name);
  return {
    ready: Promise.resolve(true),
    axes: Object.fromEntries(axes.map((axis) => [axis.name, axis.values])),
    outputs,
    states: about.module.states,
    set(name, i) {
      const axis = axisNamed(axes, name);
      const last = axes[axis].values.length - 1;
      if (!Number.isInteger(i) || i < 0 || i > last) {
        throw new RangeError(`${name} = ${i}: out of range; allowed: 0 to ${last}`);
      }
      const now = Uint32Array.from(page.question.now);
      now[axis] = i;
      page.ask({ now });
    },
    value(quantity) {
      if (!outputs.includes(quantity)) throw new RangeError(`quantity = ${quantity}: unknown`);
      const value = page.answer.values[quantity];
      return Number.isNaN(value) ? null : value;
    },
    status: () => page.answer.state,
    evaluate(designs) {
      const found = model.evaluate(designs);
      return about.condition ? withoutCondition(found, outputs.length) : found;
    },
    bench(n, name = about.view.along, { worker = false } = {}) {
      const asked = { n, axis: axisNamed(axes, name) };
      if (!worker) return model.bench(n, asked.axis);
      return new Promise((tell) => page.link.ask("bench", asked, tell));
    },
  };
}
