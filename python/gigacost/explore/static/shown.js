// The chosen design in numbers: the total, its facts, its parts, and how it differs from the pinned one.

/** One design's values by name, its state, and whether it meets the condition. */
function answerOf(model, design, condition) {
  const { values, status } = model.evaluate(Uint32Array.from(design));
  const found = Object.fromEntries(model.outputs.map((name, i) => [name, values[i]]));
  const state = stateOf(model, status[0]);
  return { values: found, state, met: condition ? found[condition.name] === 1 : state === "ok" };
}

/** The name of a state by its code; a value that the engine would refuse has a code of its own. */
const stateOf = (model, code) => model.about.states[code] ?? "not_finite";

/** A state in words; what it means stands beside it. */
const stateWords = (state) => state.replaceAll("_", " ");

/** Why a value is missing: the state's name. */
const whyOf = (answer) => (answer.state === "ok" ? "" : stateWords(answer.state));

const QUANTILES = ["p10", "p50", "p90"];
const drawnWords = ({ module }) => `Over ${module.draws.count.toLocaleString("en-US")} draws of what is left open`;

/** The total of a design, with its interval and its state. */
function showTotal(about, answer, intervals) {
  const { name, label, unit } = about.total;
  const parts = [
    element("span", { class: "label", id: "total-label" }, label),
    element("strong", {}, datum(answer.values[name], unit, { name })),
  ];
  if (about.module.draws) {
    const interval = intervals?.[name];
    parts.push(element("span", { class: "interval", title: drawnWords(about) }, ...QUANTILES.flatMap((quantile, i) => [
      `${i ? " · " : ""}${quantile.toUpperCase()} `,
      interval ? datum(interval[quantile], unit, { name: `${quantile}(${name})` }) : "…",
    ])));
  }
  const bad = answer.state !== "ok";
  const kind = bad ? "state bad" : answer.met ? "state" : "state unmet";
  const text = bad ? stateWords(answer.state) : answer.met ? "ok" : "misses the condition";
  const why = bad ? about.states[answer.state] ?? "" : about.condition?.text ?? "";
  parts.push(element("span", { class: kind, id: "state", title: why }, text));
  if (bad || !answer.met) parts.push(element("span", { class: "why" }, why));
  byId("total").replaceChildren(...parts);
}

/** The facts of a design, each beside how sure it is, and how far it is from the pinned one's. */
function showFacts(about, answer, pinned, intervals) {
  byId("facts").replaceChildren(...about.facts.map((name) => {
    const { label, unit, doc } = about.quantities[name];
    const value = answer.values[name];
    return element(
      "div",
      {},
      element("dt", { title: doc }, label),
      element("dd", {}, datum(value, unit, { name, why: whyOf(answer) })),
      ...rangeOf(about, name, unit, intervals),
      ...(pinned ? [element("dd", { class: "beside" }, change(pinned.values[name], value) || "—")] : []),
    );
  }));
}

/** From P10 to P90, of what is drawn. */
function rangeOf(about, name, unit, intervals) {
  if (!about.module.draws?.outputs.some((output) => output.name === name)) return [];
  const interval = intervals?.[name];
  const end = (quantile) =>
    interval ? datum(interval[quantile], unit, { name: `${quantile}(${name})`, bare: true }) : "…";
  return [element("dd", { class: "range", title: `P10 to P90. ${drawnWords(about)}` }, end("p10"), " to ", end("p90"))];
}

/** A table of what differs: the settings, then the numbers. */
function showDifference(about, axes, now, pin, answer, pinned) {
  byId("pinned").hidden = !pinned;
  if (!pinned) return;
  const settings = axes
    .map((axis, i) => [axis, pin[i], now[i]])
    .filter(([, from, to]) => from !== to)
    .map(([axis, from, to]) => [axis.label, placeText(axis, from), placeText(axis, to), ""]);
  const numbers = [...new Set([...about.subtotals, ...about.facts, ...about.columns])].map((name) => {
    const { label, unit } = about.quantities[name];
    const [from, to] = [pinned.values[name], answer.values[name]];
    return [
      label,
      datum(from, unit, { why: whyOf(pinned), pinned: name }),
      datum(to, unit, { name, why: whyOf(answer) }),
      change(from, to),
    ];
  });
  const rows = [...settings, ...numbers];
  const heads = ["what differs", "A", "this one", "change"];
  byId("difference").replaceChildren(table("The pinned design A against this one", heads, rows));
}

/** The parts of the total, largest first; what is nothing is only named. */
function showMoney(about, answer, pinned) {
  const parts = about.contributions.map((name) => ({ name, value: answer.values[name], pinned: pinned?.values[name] }));
  const known = parts.filter((part) => Number.isFinite(part.value));
  const whole = known.length === parts.length ? known.reduce((sum, part) => sum + part.value, 0) : NaN;
  const rows = parts
    .filter((part) => part.value !== 0 || part.pinned > 0)
    .sort((a, b) => (Number.isFinite(b.value) ? b.value : -1) - (Number.isFinite(a.value) ? a.value : -1))
    .map((part) => ({
      ...part,
      label: about.quantities[part.name].label,
      beside: whole > 0 && part.value > 0 ? share(part.value / whole) : "",
      why: whyOf(answer),
    }));
  const none = parts.filter((part) => part.value === 0 && !(part.pinned > 0));
  const said = none.map((part) => about.quantities[part.name].label).join(", ");
  byId("money").replaceChildren(
    bars("Contributions to the total", ["part", "amount", "share", ""], rows, "$"),
    ...(said ? [element("p", { class: "beside" }, `Nothing for ${said}.`)] : []),
  );
}

/** What is fixed, as people read it: 405B parameters, runs per year 2, region usa. */
function givenText({ label, value, unit }) {
  if (typeof value !== "number") return `${label} ${value}`;
  if (UNIT_WORDS[unit] === label) return amount(value, unit);
  return `${label} ${unit.startsWith("$") ? amount(value, unit) : scaled(value)}`;
}

/** Where the figures are from. */
function showOrigin(about) {
  byId("fixed").textContent = about.fixed.map(givenText).join(" · ");
  byId("origin").replaceChildren(...about.origin.map(([name, value]) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, value)),
  ));
  byId("doubts").replaceChildren(...about.doubts.map((doubt) => element("li", {}, doubt)));
}
