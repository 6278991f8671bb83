// Where the page begins: a design that is worth looking at, found by the module itself.

/** Where the page begins: what is trained in the middle of its axes, the rest the cheapest that meets the condition. */
function startingDesign(about, model, question) {
  const held = heldAxes(question);
  const varies = about.axes.map((axis) => !held.has(axis.name));
  const middle = Uint32Array.from(model.sizes, (size, i) => (varies[i] ? 0 : Math.floor((size - 1) / 2)));
  const asked = { x: about.total.name, y: about.total.name, condition: about.condition?.name };
  for (const tried of [varies, varies.map(() => true)]) {
    const designs = around(model.sizes, middle, tried, MAP_MOST);
    const points = pointsOf({ designs, ...model.evaluate(designs) }, model, asked);
    const least = leastOf(points);
    if (least >= 0) return refined(about, model, Uint32Array.from(points.design(least)), tried, asked);
  }
  return middle;
}

/** A design made cheaper along one axis after the other, until none helps. */
function refined(about, model, design, varies, asked) {
  for (let round = 0; round < 4; round++) {
    const before = design.join();
    for (let axis = 0; axis < design.length; axis++) {
      if (!varies[axis]) continue;
      const { designs } = along(model.sizes, design, axis, CURVE_MOST);
      const points = pointsOf({ designs, ...model.evaluate(designs) }, model, asked);
      const least = leastOf(points);
      if (least >= 0) design = Uint32Array.from(points.design(least));
    }
    if (design.join() === before) break;
  }
  return design;
}
