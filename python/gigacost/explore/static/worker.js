// In the worker: the thousands of designs of the map, and speed, away from the thread that draws.

let model = null;

const ANSWERS = {
  map({ now, varies, most }) {
    const designs = around(model.sizes, now, varies, most);
    const { values, status } = model.evaluate(designs);
    return [{ designs, values, status }, [designs.buffer, values.buffer, status.buffer]];
  },
  bench({ n, axis }) {
    return [model.bench(n, axis), []];
  },
};

onmessage = ({ data }) => {
  if (data.kind === "start") {
    model = new Compiled(data.bytes, data.about);
    return;
  }
  try {
    const [answer, moved] = ANSWERS[data.kind](data);
    postMessage({ id: data.id, answer }, moved);
  } catch (error) {
    postMessage({ id: data.id, fault: String(error) });
  }
};
