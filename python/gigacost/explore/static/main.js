// The page: one question, asked of the module again whenever something moves, and shown.

class Page {
  constructor(about, bytes) {
    this.about = about;
    this.axes = about.axes;
    this.bytes = bytes;
    this.model = new Compiled(bytes, about.module);
    this.link = new WorkerLink([byId("compiled").textContent, byId("worker").textContent], bytes, about.module);
    this.map = new DesignMap(byId("map-dots"), byId("map-frame"));
    this.allowed = this.choices();
    const start = { now: new Uint32Array(this.axes.length), pin: null, view: { ...about.view } };
    start.now = startingDesign(about, this.model, start);
    this.start = start;
    this.question = start;
    this.course = new Course(this.written());
    showOrigin(about);
    this.listen();
    if (location.hash.length > 1) this.follow(location.hash.slice(1));
    else {
      this.show();
      this.beSure();
    }
    this.course = new Course(this.written());
    this.showSteps();
  }

  written() {
    return writtenQuestion(this.question, this.axes);
  }

  /** What each part of the view may be. */
  choices() {
    const axis = (name) => this.axes.some((one) => one.name === name);
    const quantity = (name) => this.about.shown.includes(name);
    const held = (names) => names.split(",").filter(Boolean).every(axis);
    return { along: axis, colour: axis, of: quantity, x: quantity, y: quantity, held };
  }

  /** Another design, pin or view. `settled`: whether it is a step to come back to, and not a slider on its way. */
  ask(changed, { settled = true, start = performance.now() } = {}) {
    const before = this.written();
    this.question = { ...this.question, ...changed };
    if (this.written() !== before) this.show({ start });
    clearTimeout(this.resting);
    if (!settled) {
      this.resting = setTimeout(() => this.rest(), 300); // browsers refuse to be told at every movement
      return;
    }
    this.announce();
    this.course.add(this.written());
    this.rest();
  }

  /** Nothing moves. */
  rest() {
    this.beSure();
    this.remember();
  }

  /** Put the question into the address, without a step of the browser's own history. */
  remember() {
    history.replaceState(null, "", `#${this.written()}`);
    this.showSteps();
  }

  /** Ask what a fragment says. */
  follow(fragment) {
    const { question, faults } = readQuestion(fragment, this.axes, this.start, this.allowed);
    this.question = question;
    byId("notice").hidden = !faults.length;
    byId("notice").textContent = faults.length ? `Of this link was not followed: ${faults.join("; ")}` : "";
    this.show();
    this.beSure();
    this.announce();
  }

  /** Show the answer; `start` is when the hand moved. */
  show({ start = performance.now() } = {}) {
    const { about, model, question } = this;
    this.answer = answerOf(model, question.now, about.condition);
    this.intervals = null;
    this.pinned = question.pin && answerOf(model, question.pin, about.condition);
    this.showControls(question.now);
    this.showSureness();
    showDifference(about, this.axes, question.now, question.pin, this.answer, this.pinned);
    showMoney(about, this.answer, this.pinned);
    this.curve = showCurve(about, model, question);
    this.askForMap(start);
    byId("command-line").value = commandLine(about, question);
    for (const [name, value] of Object.entries(question.view)) {
      if (name !== "held") byId(`view-${name}`).value = value;
    }
    const held = heldAxes(question);
    this.axes.forEach((axis, i) => (byId(`varies-${i}`).checked = !held.has(axis.name)));
    byId("unpin").hidden = byId("swap").hidden = !question.pin;
  }

  /** Draw what is left open, and show how sure the design is: not while a slider moves. */
  beSure() {
    if (!this.about.module.draws || this.intervals) return;
    this.intervals = this.model.intervals(this.question.now);
    this.showSureness();
  }

  showSureness() {
    showTotal(this.about, this.answer, this.intervals);
    showFacts(this.about, this.answer, this.pinned, this.intervals);
  }

  askForMap(start) {
    const held = heldAxes(this.question);
    const varies = this.axes.map((axis) => !held.has(axis.name));
    const asked = { now: this.question.now, varies, most: MAP_MOST };
    this.link.ask("map", asked, (answer) => {
      this.answered = answer;
      this.redrawMap();
      // A task after the next frame: the picture then is on the screen.
      const shown = () => performance.measure("gigacost: from slider to picture", { start, end: performance.now() });
      requestAnimationFrame(() => setTimeout(shown));
    });
  }

  /** Draw again what is known, in another size. */
  redraw() {
    this.curve = showCurve(this.about, this.model, this.question);
    this.redrawMap();
  }

  redrawMap() {
    if (!this.answered) return;
    this.drawn = showMap(this.about, this.model, this.map, this.question, this.answered);
    if (byId("map-details").open) this.showFront();
    byId("cheapest").disabled = leastOf(this.drawn.points) < 0;
  }

  showFront() {
    if (this.drawn) showFront(this.about, this.question, this.drawn, (design) => this.ask({ now: design }));
  }

  showSteps() {
    byId("undo").disabled = !this.course.can(-1);
    byId("redo").disabled = !this.course.can(1);
  }

  step(by) {
    if (!this.course.can(by)) return;
    this.follow(this.course.go(by));
    this.remember();
  }

  /** Say the total to who does not see it. */
  announce() {
    const { total, facts, quantities } = this.about;
    const said = [total.name, ...facts.slice(0, 1)].map((name) => {
      const { label, unit } = quantities[name];
      return `${label} ${amount(this.answer.values[name], unit)}`;
    });
    if (this.answer.state !== "ok") said.push(stateWords(this.answer.state));
    else if (!this.answer.met) said.push("misses the condition");
    byId("told").textContent = said.join(", ");
  }

  listen() {
    this.showControls = buildControls(byId("axes"), this.axes, (axis, place, settled) => {
      const start = performance.now();
      const now = Uint32Array.from(this.question.now);
      now[axis] = place;
      this.ask({ now, view: { ...this.question.view, along: this.axes[axis].name } }, { settled, start });
    });
    const view = (name, value) => this.ask({ view: { ...this.question.view, [name]: value } });
    const named = (name) => [name, this.about.quantities[name].label];
    const axes = this.axes.map((axis) => [axis.name, axis.label]);
    const quantities = this.about.shown.map(named);
    for (const name of ["of", "x", "y", "along", "colour"]) {
      offer(byId(`view-${name}`), ["along", "colour"].includes(name) ? axes : quantities, this.question.view[name]);
      byId(`view-${name}`).addEventListener("change", (event) => view(name, event.target.value));
    }
    this.axes.forEach((axis, i) => {
      const box = element("input", { type: "checkbox", id: `varies-${i}`, onchange: () => {
        view("held", this.axes.filter((_, at) => !byId(`varies-${at}`).checked).map((one) => one.name).join(","));
      } });
      byId("varied").append(element("label", {}, box, ` ${axis.label}`));
    });
    this.listenToButtons();
    this.listenToMap();
    addEventListener("hashchange", () => {
      if (location.hash.slice(1) === this.written()) return;
      this.follow(location.hash.slice(1));
      this.course.add(this.written());
      this.showSteps();
    });
    const frames = [byId("map"), byId("curve").parentElement];
    const resized = new ResizeObserver((entries) => {
      const changed = entries.filter(({ target, contentRect }) => WIDTHS.get(target) !== contentRect.width);
      for (const { target, contentRect } of changed) WIDTHS.set(target, contentRect.width);
      if (changed.length) this.redraw();
    });
    frames.forEach((frame) => WIDTHS.set(frame, frame.clientWidth));
    frames.forEach((frame) => resized.observe(frame));
    addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.matches?.("textarea")) return;
      const key = event.key.toLowerCase();
      if (key !== "z" && key !== "y") return;
      event.preventDefault();
      this.step(key === "y" || event.shiftKey ? 1 : -1);
    });
  }

  listenToButtons() {
    const pressed = {
      undo: () => this.step(-1),
      redo: () => this.step(1),
      cheapest: () => {
        const least = this.drawn ? leastOf(this.drawn.points) : -1;
        if (least >= 0) this.ask({ now: Uint32Array.from(this.drawn.points.design(least)) });
      },
      pin: () => this.ask({ pin: Uint32Array.from(this.question.now) }),
      unpin: () => this.ask({ pin: null }),
      swap: () => this.ask({ now: this.question.pin, pin: this.question.now }),
      "save-csv": () => save("curve.csv", "text/csv", curveCsv(this.model, this.curve)),
      "save-json": () => save("setting.json", "application/json", settingJson(this.about, this.question, this.answer)),
      "copy-link": async () => {
        this.remember();
        const done = await copied(location.href, byId("command-line"));
        byId("told").textContent = done ? "The link is copied." : "The link is in the field below.";
      },
    };
    for (const [name, press] of Object.entries(pressed)) byId(name).addEventListener("click", press);
    byId("curve-details").addEventListener("toggle", () => this.redraw());
    byId("map-details").addEventListener("toggle", () => this.showFront());
    byId("controls").addEventListener("submit", (event) => event.preventDefault());
  }

  listenToMap() {
    const tip = byId("map-tip");
    byId("map").addEventListener("pointermove", (event) => {
      const i = this.map.near(event);
      tip.hidden = i < 0;
      if (i < 0) return;
      const held = heldAxes(this.question);
      const design = this.drawn.points.design(i);
      const { x, y } = this.question.view;
      const words = this.axes.map((axis, at) => [axis, at]).filter(([axis]) => !held.has(axis.name))
        .map(([axis, at]) => placeText(axis, design[at]));
      const number = (name, value) => {
        const { label, unit } = this.about.quantities[name];
        return `${label} ${amount(value, unit)}`;
      };
      tip.replaceChildren(element("b", {}, words.join(" · ")), element("span", {},
        `${number(y, this.drawn.points.y[i])}, ${number(x, this.drawn.points.x[i])}`));
      const box = byId("map").getBoundingClientRect();
      const left = event.clientX - box.left;
      tip.style.left = `${Math.min(left + 12, box.width - tip.offsetWidth)}px`;
      tip.style.top = `${event.clientY - box.top + 14}px`;
    });
    byId("map").addEventListener("pointerleave", () => (tip.hidden = true));
    byId("map").addEventListener("click", (event) => {
      const i = this.map.near(event);
      if (i >= 0) this.ask({ now: Uint32Array.from(this.drawn.points.design(i)) });
    });
  }
}

/** An axis with the module's values: its own, or those of the columns of a table, of which some set nothing. */
function withValues(axis, { values, columns = [{ name: axis.name, values, unit: axis.unit }] }) {
  return { ...axis, values, columns, sets: columns.filter((one) => axis.sets.includes(one.name)) };
}

const about = JSON.parse(byId("about").textContent);
about.axes = about.axes.map((axis, i) => withValues(axis, about.module.axes[i]));
const bytes = Uint8Array.from(atob(byId("module").textContent), (character) => character.charCodeAt(0));
globalThis.gigacost = programmable(new Page(about, bytes));
