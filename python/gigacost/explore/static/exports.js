// What one takes along: the curve as CSV, the setting as JSON, the command line that gives the same estimate.

/** Have the browser save a text as a file. */
function save(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = element("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

const csvCell = (text) => (/[",\n\r]/.test(text) ? `"${String(text).replaceAll('"', '""')}"` : String(text));

/** The shown curve: the axis, the quantity in full digits (empty where there is none), the status. */
function curveCsv(model, { axis, quantity, curve }) {
  const lines = [[axis.name, quantity.name, "status"]];
  curve.places.forEach((place, i) => {
    const value = curve.values[i];
    const status = stateOf(model, curve.status[i]);
    lines.push([axis.values[place], Number.isFinite(value) ? value : "", status]);
  });
  return `${lines.map((line) => line.map(csvCell).join(",")).join("\r\n")}\r\n`;
}

/** The setting with its quantities and what they rest on. */
function settingJson(about, question, answer) {
  const chosen = about.axes.flatMap((axis, i) => settings(axis, question.now[i]));
  const quantities = Object.entries(answer.values).filter(([name]) => name !== about.condition?.name);
  const plain = quantities.map(([name, value]) => [name, Number.isFinite(value) ? value : null]);
  const made = {
    inputs: { ...about.inputs, ...Object.fromEntries(chosen) },
    quantities: Object.fromEntries(plain),
    status: answer.state,
    meta: Object.fromEntries(about.origin),
  };
  return `${JSON.stringify(made, null, 2)}\n`;
}

/** What an axis sets at a position, by name; a table's row sets several. */
function settings(axis, place) {
  return axis.sets.map(({ name, values }) => [name, values[place]]);
}

const quoted = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** The command line whose estimate has the same numbers. */
function commandLine(about, question) {
  const words = [...about.command.words];
  about.axes.forEach((axis, i) => {
    for (const [name, value] of settings(axis, question.now[i])) {
      const flag = about.command.flags[name];
      words.push(...(flag ? [flag, String(value)] : ["--set", `${name}=${value}`]));
    }
  });
  return words.map(quoted).join(" ");
}

/** Put a text where it can be pasted from; where that is not allowed, mark it in a field. */
async function copied(text, field) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    field.value = text;
    field.select();
    return false;
  }
}
