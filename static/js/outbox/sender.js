/* Choices on their way to the database.

   Each cell has a queue of choices. The first is kept in the outbox, sent, and sent again under
   the same operation id until the server answers, because it may have been written without the
   answer reaching us; only then goes the one behind it, with the version that this answer gave.
   A choice that was not sent yet gives way to a newer one. What the server refuses, or meets
   another value for, stays in the outbox until the person has decided. */
import { slot } from "./outbox.js";

const AT_ONCE = 4;
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 30_000;

/* What is sealed of a choice. `after` names the choice whose version it goes by. */
const SEALED = [
  "save", "page", "where", "name", "code", "person", "trust", "pupil", "strand", "target", "point",
  "base", "after", "operation", "at", "held",
];

export function cellOf({ save, pupil, strand, target }) {
  return [save, pupil, strand ?? "", target ?? ""].join(" ");
}

export class Sender {
  #entries = new Map();
  #conflicts = new Map();
  #refused = new Map();
  #done = new Map();
  #flying = 0;
  #order = 0;
  #pause = 0;
  #timer = null;
  #stopped = false;
  #outbox;
  #post;
  #changed;

  /* `post(address, body)` sends a choice; `changed(key, answer)` hears of each new state of a
     cell, with the answer or null. An answer says in `order` as which choice it was made. */
  constructor(outbox, post, changed) {
    this.#outbox = outbox;
    this.#post = post;
    this.#changed = changed;
    this.trouble = null;
  }

  /* Send what is chosen for a cell, against the version that the person saw there. */
  choose(what, seen) {
    const key = cellOf(what);
    const conflict = this.#conflicts.get(key);
    const before = conflict ?? this.#refused.get(key);
    const choice = {
      ...what,
      operation: crypto.randomUUID(),
      at: Date.now(),
      base: seen,
      after: null,
      order: (this.#order += 1),
      slot: before?.choice.slot ?? slot(),
      held: null,
      kept: null,
      written: false,
      sent: false,
    };
    this.#refused.delete(key);
    if (conflict) {
      // What stands there was not decided on yet.
      choice.base = conflict.choice.base;
      conflict.choice = choice;
      this.#keep(choice);
      this.#changed(key, null);
      return;
    }
    const entry = this.#entries.get(key) ?? { key, queue: [], busy: false, failed: false };
    const last = entry.queue.at(-1);
    if (last?.sent) {
      choice.after = last.operation;
    } else if (last) {
      entry.queue.pop();
      choice.slot = last.slot;
      choice.base = last.base;
      choice.after = last.after;
    }
    entry.queue.push(choice);
    entry.failed ||= this.#timer !== null;
    this.#entries.set(key, entry);
    this.#keep(choice);
    this.#changed(key, null);
    this.#go();
  }

  /* Go on with what an earlier page left in the outbox. It may have been sent, so it is sent as
     it was. */
  restore(found) {
    for (const { slot: at, content } of found) {
      const key = cellOf(content);
      const entry = this.#entries.get(key) ?? { key, queue: [], busy: false, failed: true };
      const choice = { ...content, held: null, order: 0, slot: at, sent: true, written: true };
      choice.kept = Promise.resolve(true);
      entry.queue.push(choice);
      this.#entries.set(key, entry);
    }
    for (const { content } of found) this.#changed(cellOf(content), null);
    this.#go();
  }

  /* What is held for a cell: { state, point }, with `point` the choice not yet written. */
  of(key) {
    const entry = this.#entries.get(key);
    if (entry) return { state: entry.failed ? "waiting" : "saving", point: entry.queue.at(-1).point };
    const conflict = this.#conflicts.get(key);
    if (conflict) return { state: "conflict", point: conflict.choice.point, own: conflict.own };
    const refused = this.#refused.get(key);
    if (refused) return { state: "refused", point: refused.choice.point, words: refused.words };
    return { state: this.#done.get(key) ?? null };
  }

  get unsaved() {
    return this.#entries.size + this.#conflicts.size;
  }

  get failed() {
    return [...this.#entries.values()].filter((entry) => entry.failed).length;
  }

  /* Since when the oldest of what could not be sent has waited, or null. */
  get since() {
    const waiting = [...this.#entries.values()].filter((entry) => entry.failed);
    return waiting.length ? Math.min(...waiting.map((entry) => entry.queue[0].at)) : null;
  }

  /* What would be lost with this page, because the browser has not kept it. */
  get unsafe() {
    return this.#all().filter((choice) => !choice.written).length;
  }

  /* [{ key, choice, words, own, cell }], the one that has waited longest first. */
  get conflicts() {
    return [...this.#conflicts.values()];
  }

  /* [{ key, choice, words }] of what the server will not take. */
  get refusals() {
    return [...this.#refused.values()];
  }

  settle(key, mine) {
    const { choice, cell } = this.#conflicts.get(key);
    this.#conflicts.delete(key);
    if (mine) {
      // In the same slot of the outbox, against what the person has seen now.
      this.#refused.set(key, { choice });
      this.choose(choice, cell?.version ?? null);
    } else {
      this.#drop([choice]);
      this.#changed(key, null);
    }
  }

  /* A refusal is over once the person goes back to what stands, or throws the choice away. */
  forget(key) {
    const refused = this.#refused.get(key);
    if (!refused) return;
    this.#refused.delete(key);
    this.#drop([refused.choice]);
    this.#changed(key, null);
  }

  retry() {
    if (this.#timer === null || this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#pause = 0;
    this.#go();
  }

  /* Send no more, and return the choices that are left. */
  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    return this.#all();
  }

  /* Note down of what is to be decided that it is, and why: sending it again would not help. */
  async hold() {
    for (const { choice, words } of [...this.#conflicts.values(), ...this.#refused.values()]) {
      choice.held = words;
      await this.#keepAnew(choice);
    }
  }

  /* The outbox was emptied: from here on, only this page has what waits. */
  unkeep() {
    for (const choice of this.#all()) {
      choice.kept = null;
      choice.written = false;
      choice.slot.order = null;
    }
  }

  #all() {
    const waiting = [...this.#entries.values()].flatMap((entry) => entry.queue);
    const decisions = [...this.#conflicts.values(), ...this.#refused.values()].map(({ choice }) => choice);
    return [...waiting, ...decisions];
  }

  #keep(choice, instead = []) {
    choice.kept ??= this.#outbox
      .write([...instead.map((each) => ({ slot: each.slot, content: null })), { slot: choice.slot, content: sealed(choice) }])
      .then((kept) => {
        choice.written = kept;
        if (!kept) {
          choice.kept = null;
          this.#changed(cellOf(choice), null);
        }
        return kept;
      });
    return choice.kept;
  }

  #keepAnew(choice, instead = []) {
    choice.kept = null;
    choice.written = false;
    return this.#keep(choice, instead);
  }

  #drop(choices) {
    this.#outbox.write(choices.map((each) => ({ slot: each.slot, content: null })));
  }

  #go() {
    if (this.#timer !== null || this.#stopped) return;
    for (const entry of this.#entries.values()) {
      if (this.#flying >= AT_ONCE) return;
      if (!entry.busy) this.#send(entry);
    }
  }

  async #send(entry) {
    entry.busy = true;
    this.#flying += 1;
    let choice;
    do {
      [choice] = entry.queue;
      await this.#keep(choice);
      // A newer choice may have taken its place meanwhile.
    } while (choice !== entry.queue[0]);
    choice.sent = true;
    const answer = await this.#post(choice.save, {
      person: choice.person,
      trust: choice.trust,
      pupil: choice.pupil,
      strand: choice.strand,
      target: choice.target,
      point: choice.point,
      base_version: choice.base,
      operation_id: choice.operation,
    });
    this.#flying -= 1;
    entry.busy = false;
    const said = answer.result === "later" ? this.#wait(entry, answer) : this.#answered(entry, answer);
    this.#changed(entry.key, { ...answer, result: said, order: choice.order });
    this.#go();
  }

  #wait(entry, answer) {
    entry.failed = true;
    this.trouble = answer;
    if (answer.reason === "server") {
      // It may be this very choice that the server stumbles over: let the others go first.
      this.#entries.delete(entry.key);
      this.#entries.set(entry.key, entry);
    }
    if (this.#timer !== null || this.#stopped) return "later";
    // What stands in the queue behind it waits too, and says so.
    for (const behind of this.#entries.values()) {
      if (!behind.busy && !behind.failed) {
        behind.failed = true;
        this.#changed(behind.key, null);
      }
    }
    this.#pause = Math.min(LONGEST_PAUSE, this.#pause * 2 || FIRST_PAUSE);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#go();
    }, this.#pause);
    return "later";
  }

  /* Return what has become of the choice: saved, superseded, conflict or refused. */
  #answered(entry, answer) {
    const { key } = entry;
    const [choice, next] = entry.queue;
    this.#pause = 0;
    this.trouble = null;
    entry.failed = false;
    if (answer.result === "conflict") return this.#met(entry, answer);
    const saved = answer.result === "saved";
    if (next?.after === choice.operation) {
      next.after = null;
      next.base = saved ? versionOf(choice, answer) : choice.base;
    }
    if (next) {
      entry.queue.shift();
      this.#keepAnew(next, [choice]);
      return answer.result;
    }
    this.#entries.delete(key);
    if (!saved) {
      this.#refused.set(key, { key, choice, words: answer.words });
      return "refused";
    }
    this.#drop([choice]);
    // The answer comes late, and somebody who saw the choice has replaced it since.
    const since = answer.cell && (answer.cell.version ?? null) !== versionOf(choice, answer);
    this.#done.set(key, since ? "superseded" : "saved");
    return this.#done.get(key);
  }

  #met({ key, queue }, { cell, words, own }) {
    const { base } = queue[0];
    const newest = queue.at(-1);
    this.#entries.delete(key);
    // Both chose the same: what stands is what this teacher wants.
    if ((cell?.point ?? null) === newest.point) {
      this.#drop(queue);
      this.#done.set(key, "saved");
      return "saved";
    }
    const choice = { ...newest, base, after: null };
    this.#conflicts.set(key, { key, choice, words, own, cell });
    this.#keepAnew(choice, queue.slice(0, -1));
    return "conflict";
  }
}

/* Which version stands once a choice is saved; where it took a judgement back, none does. */
function versionOf(choice, answer) {
  return choice.point === null ? null : answer.version;
}

function sealed(choice) {
  return Object.fromEntries(SEALED.map((name) => [name, choice[name] ?? null]));
}
