// The page for programs: window.gigacost.

/** The position of an axis of that name. */
function axisNamed(axes, name) {
  const found = axes.findIndex((axis) => axis.name === name);
  if (found >= 0) return found;
  throw new RangeError(`axis = ${name}: unknown; allowed: ${axes.map((axis) => axis.name).join(", ")}`);
}

/** What programs may ask of the page. */
function programmable(page) {
  const { model, about, axes } = page;
  return {
    ready: Promise.resolve(true),
    axes: Object.fromEntries(axes.map((axis) => [axis.name, axis.values])),
    outputs: model.outputs,
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
      if (!Object.hasOwn(page.answer.values, quantity)) throw new RangeError(`quantity = ${quantity}: unknown`);
      const value = page.answer.values[quantity];
      return Number.isNaN(value) ? null : value;
    },
    status: () => page.answer.state,
    evaluate: (designs) => model.evaluate(designs),
    bench(n, name = about.view.along, { worker = false } = {}) {
      const asked = { n, axis: axisNamed(axes, name), now: page.question.now };
      if (!worker) return model.bench(asked.n, asked.axis, asked.now);
      return new Promise((tell) => page.link.ask("bench", asked, tell));
    },
  };
}
