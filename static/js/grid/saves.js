/* The grid's choices: by place in the table here, in the outbox and on their way in `Sender`. */
import { Outbox } from "../outbox/outbox.js";
import { post } from "../outbox/post.js";
import { cellOf, Sender } from "../outbox/sender.js";

/* Between looks for what an earlier page left, while there is no connection. */
const FIRST_PAUSE = 2000;
const LONGEST_PAUSE = 60_000;

export class Saves {
  #model;
  #data;
  #changed;
  #places = new Map();
  #outbox;
  #sender;

  /* `data` is what the page knows of itself. `changed(place, answer)` hears of each new state of
     a cell; place is null for what an earlier page left that this one does not show. */
  constructor(model, data, changed) {
    this.#model = model;
    this.#data = data;
    this.#changed = changed;
    model.cells.forEach((cells, row) =>
      cells.forEach((cell, column) => {
        if (cell) this.#places.set(this.#key({ row, column }), { row, column });
      }),
    );
    this.#outbox = new Outbox(document.body.dataset.outbox, {
      whose: data,
      emptied: () => this.#sender.unkeep(),
    });
    this.#sender = new Sender(this.#outbox, post, (key, answer) => this.#heard(key, answer));
  }

  /* Take up what was chosen for this class and term on an earlier page and is not saved yet. */
  async restore(pause = FIRST_PAUSE) {
    try {
      await this.#outbox.prepare();
      this.#sender.restore(await this.#outbox.claim((choice) => choice.save === this.#data.save));
      document.documentElement.dataset.outbox = "ready";
    } catch {
      setTimeout(() => this.restore(Math.min(LONGEST_PAUSE, pause * 2)), pause);
    }
  }

  choose(place, point) {
    const cell = this.#model.cell(place);
    const { save, where, person, trust } = this.#data;
    this.#sender.choose(
      {
        save,
        where,
        person,
        trust,
        page: window.location.pathname,
        name: this.#model.name(place),
        code: this.#model.point(cell, point)?.code ?? null,
        pupil: this.#model.rows[place.row].pupil,
        strand: cell.strand ?? null,
        target: cell.target ?? null,
        point,
      },
      cell.version ?? null,
    );
  }

  /* What this page holds for a cell: { state, point }, with `point` the choice not yet written. */
  of(place) {
    return this.#sender.of(this.#key(place));
  }

  get trouble() {
    return this.#sender.trouble;
  }

  get unsaved() {
    return this.#sender.unsaved;
  }

  get failed() {
    return this.#sender.failed;
  }

  /* Since when the oldest of those that failed has waited. */
  get since() {
    return this.#sender.since;
  }

  /* How many choices would be lost with this page. */
  get unsafe() {
    return this.#sender.unsafe;
  }

  /* The browser keeps what waits, as far as it has been tried. */
  get keeps() {
    return this.#outbox.trouble === null;
  }

  get conflicts() {
    return this.#sender.conflicts.length;
  }

  /* What the server will not take: [{ key, name, words }]. */
  get refusals() {
    return this.#sender.refusals.map(({ key, choice, words }) => ({ key, name: choice.name, words }));
  }

  /* The conflict that has waited longest, or null: whose name, and the codes that differ. */
  get conflict() {
    const [first] = this.#sender.conflicts;
    if (!first) return null;
    const { key, choice, words, own, cell } = first;
    return { key, name: choice.name, words, own, theirs: cell?.code ?? "", mine: choice.code ?? "" };
  }

  settle(conflict, mine) {
    this.#sender.settle(conflict.key, mine);
  }

  /* A refusal is over once the person goes back to what stands, or throws the choice away. */
  forget(place) {
    this.#sender.forget(this.#key(place));
  }

  discard(refusal) {
    this.#sender.forget(refusal.key);
  }

  retry() {
    this.#sender.retry();
  }

  #key(place) {
    const { strand, target } = this.#model.cell(place);
    return cellOf({ save: this.#data.save, pupil: this.#model.rows[place.row].pupil, strand, target });
  }

  #heard(key, answer) {
    const place = this.#places.get(key) ?? null;
    if (place && answer?.cell) this.#model.replace(place, answer.cell);
    this.#changed(place, answer);
  }
}
