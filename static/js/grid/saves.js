/* Choices on their way to the database.

   Each cell has at most one choice whose outcome is unknown (`sent`) and the newest one behind
   it (`next`). A choice that was sent is sent again under the same operation id until the server
   answers, because it may have been written without the answer reaching us; only then goes the
   newer one, with the version that this answer gave. */

const AT_ONCE = 4;
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

export class Saves {
  #entries = new Map();
  #conflicts = new Map();
  #refused = new Map();
  #saved = new Set();
  #flying = 0;
  #order = 0;
  #pause = 0;
  #timer = null;
  #post;
  #model;
  #changed;

  /* `post` sends a choice; `changed(place, answer)` hears of each new state of a cell. An answer
     says in `order` as which choice of this page it was made. */
  constructor(model, post, changed) {
    this.#model = model;
    this.#post = post;
    this.#changed = changed;
    this.trouble = null;
  }

  choose(place, point) {
    const key = keyOf(place);
    const entry = this.#entries.get(key) ?? { place, sent: null, next: null, busy: false, failed: false };
    entry.next = { point, operation: crypto.randomUUID(), order: (this.#order += 1) };
    entry.failed ||= this.#timer !== null;
    this.#entries.set(key, entry);
    this.#refused.delete(key);
    this.#changed(place, null);
    this.#go();
  }

  /* What this page holds for a cell: { state, point }, with `point` the choice not yet written. */
  of(place) {
    const key = keyOf(place);
    const entry = this.#entries.get(key);
    if (entry) {
      const state = entry.failed ? "waiting" : "saving";
      return { state, point: (entry.next ?? entry.sent).point };
    }
    const conflict = this.#conflicts.get(key);
    if (conflict) return { state: "conflict", point: conflict.point, own: conflict.own };
    const refused = this.#refused.get(key);
    if (refused) return { state: "refused", ...refused };
    return { state: this.#saved.has(key) ? "saved" : null };
  }

  get unsaved() {
    return this.#entries.size + this.#conflicts.size;
  }

  get conflicts() {
    return this.#conflicts.size;
  }

  get failed() {
    return [...this.#entries.values()].filter((entry) => entry.failed).length;
  }

  /* What the server will not take, with its reasons. */
  get refusals() {
    return [...this.#refused.values()];
  }

  /* The conflict that has waited longest, or null. */
  get conflict() {
    return this.#conflicts.values().next().value ?? null;
  }

  settle(place, mine) {
    const key = keyOf(place);
    const { point } = this.#conflicts.get(key);
    this.#conflicts.delete(key);
    if (mine) this.choose(place, point);
    else this.#changed(place, null);
  }

  /* A refusal is over once the person goes back to what stands. */
  forget(place) {
    if (this.#refused.delete(keyOf(place))) this.#changed(place, null);
  }

  retry() {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#go();
  }

  #go() {
    if (this.#timer !== null) return;
    for (const entry of this.#entries.values()) {
      if (this.#flying >= AT_ONCE) return;
      if (!entry.busy) this.#send(entry);
    }
  }

  async #send(entry) {
    if (!entry.sent) {
      const cell = this.#model.cell(entry.place);
      entry.sent = { ...entry.next, base: cell.version ?? null };
      entry.next = null;
    }
    entry.busy = true;
    this.#flying += 1;
    const { sent, place } = entry;
    const cell = this.#model.cell(place);
    const answer = await this.#post({
      pupil: this.#model.rows[place.row].pupil,
      strand: cell.strand ?? null,
      target: cell.target ?? null,
      point: sent.point,
      base_version: sent.base,
      operation_id: sent.operation,
    });
    this.#flying -= 1;
    entry.busy = false;
    if (answer.result === "later") this.#wait(entry, answer);
    else this.#answered(entry, answer);
    this.#changed(place, { ...answer, order: sent.order });
    this.#go();
  }

  #wait(entry, answer) {
    entry.failed = true;
    this.trouble = answer;
    if (this.#timer !== null) return;
    // What stands in the queue behind it waits too, and says so.
    for (const behind of this.#entries.values()) {
      if (!behind.busy && !behind.failed) {
        behind.failed = true;
        this.#changed(behind.place, null);
      }
    }
    this.#pause = Math.min(LONGEST_PAUSE, this.#pause * 2 || FIRST_PAUSE);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#go();
    }, this.#pause);
  }

  #answered(entry, answer) {
    const key = keyOf(entry.place);
    const { sent } = entry;
    this.#pause = 0;
    this.trouble = null;
    entry.failed = false;
    entry.sent = null;
    if (answer.cell) this.#model.replace(entry.place, answer.cell);
    if (answer.result === "conflict") {
      const { point } = entry.next ?? sent;
      this.#entries.delete(key);
      // Both chose the same: what stands is what this teacher wants.
      if ((answer.cell?.point ?? null) === point) this.#saved.add(key);
      else this.#conflicts.set(key, { place: entry.place, point, words: answer.words, own: answer.own });
      return;
    }
    if (answer.result === "refused") this.#refused.set(key, { place: entry.place, point: sent.point, words: answer.words });
    else this.#saved.add(key);
    if (entry.next) this.#refused.delete(key);
    else this.#entries.delete(key);
  }
}

function keyOf(place) {
  return `${place.row}:${place.column}`;
}
