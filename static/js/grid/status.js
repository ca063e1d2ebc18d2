/* What the page says of its saves: a line to read, and the same for screen readers, sparingly. */
import { make } from "./dom.js";

/* Screen readers hear of at most one save in this time, the latest. */
const BREATH = 1000;

export class Status {
  #model;
  #saves;
  #line = document.querySelector(".status");
  #live = make("p", { className: "unseen", role: "status" });
  #ways = {
    "signed out": [document.getElementById("sign-in").href, "Sign in in another tab"],
    "another trust": [document.getElementById("change-trust").href, "Change trust in another tab"],
  };
  #words = "";
  #change = null;
  #told = "";
  #toldAt = -Infinity;
  #savedOrder = 0;
  #timer = null;
  #troubled = false;
  #began = false;
  #discards = new Map();
  #drafts = [];
  #refused = 0;
  #step = null;

  constructor(model, saves) {
    this.#model = model;
    this.#saves = saves;
    this.#line.after(this.#live);
  }

  /* The class's count, of the cells on this page: several saves are under way at once, so the
     server could only tell each of them how far the class was without the others. */
  progress() {
    const { judged, due } = this.#model.count;
    const minutes = Math.ceil(((due - judged) * this.#model.seconds) / 60);
    document.querySelector("[data-part=judged]").textContent = `${judged} of ${due}`;
    // A term that can only be read says nothing of time.
    const left = document.querySelector("[data-part=left]");
    if (left) left.textContent = judged === due ? "all judged" : `about ${minutes} minute${minutes > 1 ? "s" : ""} left`;
    document.querySelector(".meter progress").value = judged;
  }

  /* A hint about a key, gone with the next key. */
  say(words) {
    if (words === this.#words) return;
    this.#words = words;
    this.update();
  }

  /* A saved value gave way to another, with the way back; null: nothing to take back. */
  replaced(change) {
    if (!change && !this.#change) return;
    this.#change = change && {
      ...change,
      words: `${this.#model.column(change.place)} of ${this.#model.pupil(change.place)}: ${change.was} changed to ${change.now}`,
      button: make("button", { type: "button", className: "button", onclick: change.undo }, "Undo"),
    };
    this.update();
  }

  /* Notes that were begun in a cell and left: [{ name, back }]. */
  drafts(found) {
    if (!found.length && !this.#drafts.length) return;
    this.#drafts = found.map(({ name, back }) => [
      `A note on ${name} is not saved yet. `,
      make("button", { type: "button", className: "button", onclick: back }, "Go back to it"),
      " ",
    ]);
    this.update();
  }

  /* Many choices are on their way as one step: `done` says once of all that they are "saved". */
  several(places, done) {
    this.#step = places.length > 1 ? { left: new Set(places.map(keyOf)), count: 0, done } : null;
  }

  /* A save of the step has come to its end, well or not; true while it is the step's to tell. */
  #ofStep(place, isSaved) {
    const step = this.#step;
    if (!step?.left.delete(keyOf(place))) return false;
    step.count += isSaved ? 1 : 0;
    if (step.left.size) return true;
    this.#step = null;
    if (step.count) this.#later(`${step.count} ${step.done}`);
    return true;
  }

  /* Of a choice that was not saved: the step it belongs to waits no longer for it. */
  unsaved(place) {
    this.#ofStep(place, false);
  }

  /* Tell screen readers of a save, the latest choice if several come at once: answers may
     overtake each other. */
  saved(place, order) {
    if (this.#ofStep(place, true)) {
      this.#savedOrder = Math.max(order, this.#savedOrder);
      return;
    }
    if (order < this.#savedOrder) return;
    this.#savedOrder = order;
    const { code } = this.#model.cell(place);
    const where = `${this.#model.pupil(place)}, ${this.#model.column(place)}`;
    const words = code ? `Saved: ${where} ${code}` : `Taken back: ${where}`;
    this.#later(words);
  }

  #later(words) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!this.#troubled) this.#tell(words);
    }, this.#toldAt + BREATH - performance.now());
  }

  /* The change still stands in the way that it was told. */
  get #changed() {
    const state = this.#change && this.#saves.of(this.#change.place).state;
    return this.#change && state !== "refused" && state !== "conflict" ? this.#change : null;
  }

  update() {
    const { failed, unsaved, keeps, conflicts, trouble, refusals } = this.#saves;
    const changed = this.#changed;
    // What was refused just now is told by itself; a hint about a key has had its time.
    if (refusals.length > this.#refused) this.#words = "";
    this.#refused = refusals.length;
    const parts = refusals.flatMap((each) => [`${each.name} was not saved. ${each.words} `, this.#discard(each), " "]);
    parts.push(...this.#drafts.flat());
    if (changed) parts.push(changed.words, " ", changed.button, " ");
    if (this.#words) parts.push(make("span", { className: "hint" }, `${this.#words} `));
    const news = parts.map((part) => part.textContent ?? part).join("");
    const way = this.#ways[trouble?.reason];
    const one = unsaved === 1;
    if (failed && way) {
      const [href, label] = way;
      parts.push(
        `${trouble.words || "You are signed out."} ${choices(unsaved)} kept on this ${keeps ? "device" : "page"}. `,
        make("a", { href, target: "_blank", rel: "noopener" }, label),
        one ? " and it is saved by itself." : " and they are saved by themselves.",
      );
    } else if (failed) {
      const kept = keeps
        ? `${one ? "It is" : "They are"} kept on this device.`
        : `This browser cannot keep ${one ? "it" : "them"}: leave this page open.`;
      parts.push(`${unsaved} not saved yet, waiting since ${moment(this.#saves.since)}. ${kept} Trying again.`);
    } else if (conflicts) {
      const who = this.#saves.conflict.own ? "You saved there on another page" : "Someone else saved there too";
      parts.push(`${who}: choose which stands.`);
    } else if (unsaved) {
      parts.push("Saving.");
    } else if (this.#began && !refusals.length) {
      parts.push("All saved.");
    }
    this.#began ||= unsaved > 0;
    this.#line.classList.toggle("trouble", failed + refusals.length > 0);
    this.#line.classList.toggle("lasting", this.#drafts.length > 0);
    const focused = this.#line.contains(document.activeElement) ? document.activeElement : null;
    this.#line.replaceChildren(...parts);
    if (this.#line.contains(focused)) focused.focus({ preventScroll: true });
    this.#announce(failed > 0, unsaved, news);
  }

  /* One button for each refusal, the same each time the line is written, so that it keeps the focus. */
  #discard({ key, ...refusal }) {
    const discard = () => {
      this.#discards.delete(key);
      this.#saves.discard({ key, ...refusal });
    };
    if (!this.#discards.has(key)) {
      const label = `Discard the choice for ${refusal.name}`;
      this.#discards.set(key, make("button", { type: "button", className: "button", "aria-label": label, onclick: discard }, "Discard"));
    }
    return this.#discards.get(key);
  }

  /* Trouble and its end are told at once, and so is what is new; saves wait their turn. */
  #announce(failed, unsaved, news) {
    const words = failed || (this.#troubled && !unsaved) ? this.#line.textContent : news;
    if (words && words !== this.#told) this.#tell(words);
    this.#told = words;
    if (failed || !unsaved) this.#troubled = failed;
  }

  #tell(words) {
    if (this.#live.textContent === words) return;
    this.#live.textContent = words;
    this.#toldAt = performance.now();
  }
}

/* A time of today, or day and time. */
function moment(time) {
  const at = new Date(time);
  const clock = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (at.toDateString() === new Date().toDateString()) return clock;
  return `${at.toLocaleDateString("en-GB", { day: "numeric", month: "long" })}, ${clock}`;
}

function keyOf({ row, column }) {
  return `${row}:${column}`;
}

function choices(count) {
  return count === 1 ? "1 choice is" : `${count} choices are`;
}
