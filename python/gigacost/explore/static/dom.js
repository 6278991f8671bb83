// Elements, and numbers among them that can be read in full.

const SVG = "http://www.w3.org/2000/svg";
const byId = (id) => document.getElementById(id);

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** An HTML element; children are elements or text. */
function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** An element of a drawing. */
function drawn(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

/** A number for people that holds all of its digits; `why` stands in for one that there is not. `bare`: no unit. */
function datum(value, unit, { name = null, why = "", pinned = null, bare = false } = {}) {
  const known = Number.isFinite(value);
  const text = known ? (bare ? tick : amount)(value, unit) : why ? `— ${why}` : "—";
  const attributes = { value: known ? String(value) : "", "data-quantity": name, "data-pinned": pinned };
  return element("data", { ...attributes, title: known ? `${value} ${unit === "1" ? "" : unit}`.trim() : why }, text);
}

/** A table with a heading to each row. */
function table(caption, columns, rows) {
  const head = element("tr", {}, ...columns.map((column) => element("th", { scope: "col" }, column)));
  const body = rows.map(([first, ...rest]) =>
    element("tr", {}, element("th", { scope: "row" }, first), ...rest.map((cell) => element("td", {}, cell))),
  );
  return element(
    "table",
    {},
    element("caption", { class: "unseen" }, caption),
    element("thead", {}, head),
    element("tbody", {}, ...body),
  );
}

/** What a select offers; the chosen one stays chosen. */
function offer(select, options, chosen) {
  select.replaceChildren(...options.map(([value, text]) => element("option", { value }, text)));
  select.value = chosen;
}
