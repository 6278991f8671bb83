// The worker of the page: of each kind of question only the newest waits.

class WorkerLink {
  constructor(sources, bytes, about) {
    const address = URL.createObjectURL(new Blob(sources, { type: "text/javascript" }));
    this.worker = new Worker(address);
    URL.revokeObjectURL(address);
    this.waiting = new Map(); // by id, who is told
    this.busy = new Map(); // by kind, what is asked next when the answer is there
    this.count = 0;
    this.worker.onmessage = ({ data }) => this.told(data);
    this.worker.postMessage({ kind: "start", bytes, about });
  }

  /** Ask; while a question of that kind is open, only the last one asked stays. */
  ask(kind, asked, tell) {
    if (this.busy.has(kind)) this.busy.set(kind, { asked, tell });
    else {
      this.busy.set(kind, null);
      this.waiting.set(++this.count, { kind, tell });
      this.worker.postMessage({ ...asked, kind, id: this.count });
    }
  }

  told({ id, answer, fault }) {
    const { kind, tell } = this.waiting.get(id);
    this.waiting.delete(id);
    const next = this.busy.get(kind);
    this.busy.delete(kind);
    if (next) this.ask(kind, next.asked, next.tell);
    if (fault) throw new Error(fault);
    tell(answer);
  }
}
