// The question: the chosen design, the pinned one, what is looked at. Written as a fragment, so that a link holds it.

/** The question as a fragment: chips=3&market=1, and after a dot what is pinned and looked at. */
function writtenQuestion(question, axes) {
  const parts = axes.map((axis, i) => [axis.name, question.now[i]]);
  if (question.pin) parts.push(...axes.map((axis, i) => [`pin.${axis.name}`, question.pin[i]]));
  parts.push(...Object.entries(question.view).map(([name, value]) => [`view.${name}`, value]));
  return parts.map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
}

/** The question that a fragment holds over another one, and what of it cannot be. */
function readQuestion(text, axes, before, allowed) {
  const now = Uint32Array.from(before.now);
  const pin = {};
  const view = { ...before.view };
  const faults = [];
  for (const part of text.split("&").filter(Boolean)) {
    const [name, value = ""] = part.split("=").map(unescaped);
    const [kind, of] = name.startsWith("pin.") ? ["pin", name.slice(4)] : ["now", name];
    const axis = axes.findIndex((one) => one.name === of);
    if (axis >= 0) {
      const last = axes[axis].values.length - 1;
      const place = /^[0-9]{1,9}$/.test(value) ? Number(value) : Infinity;
      if (place > last) faults.push(`${name} = ${value}: out of range; allowed: 0 to ${last}`);
      else if (kind === "pin") pin[axis] = place;
      else now[axis] = place;
    } else if (name.startsWith("view.") && Object.hasOwn(allowed, name.slice(5))) {
      const key = name.slice(5);
      if (allowed[key](value)) view[key] = value;
      else faults.push(`${name} = ${value}: not on this page`);
    } else faults.push(`${name}: no such axis on this page`);
  }
  const pinned = Object.keys(pin).length ? now.map((place, axis) => pin[axis] ?? place) : null;
  return { question: { now, pin: pinned, view }, faults };
}

function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What was asked before and after, to go back and forth in. */
class Course {
  constructor(first) {
    this.steps = [first];
    this.place = 0;
  }

  /** Whether there is a step in a direction. */
  can(by) {
    return this.place + by in this.steps;
  }

  /** Add a step; those that were undone are gone. */
  add(step) {
    if (step === this.steps[this.place]) return;
    this.steps.splice(this.place + 1, Infinity, step);
    if (this.steps.length > 500) this.steps.shift();
    this.place = this.steps.length - 1;
  }

  /** Go one step back (-1) or forth (1). */
  go(by) {
    this.place += by;
    return this.steps[this.place];
  }
}
