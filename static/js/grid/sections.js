/* What the sheet of a cell asks the server for when it is opened, and not before: who judged
   what and when, and the notes and files. */
import { make } from "./dom.js";

export class Sections {
  #strip;
  #model;
  #sections;
  #place = null;
  // Of notes that were begun and left: they are there when one comes back to the cell.
  #kept = new Map();
  #commented;

  /* `commented(place, words)` hears of a comment on a target that was saved. */
  constructor(strip, model, pages, commented) {
    this.#strip = strip;
    this.#commented = commented;
    this.#model = model;
    this.#sections = [
      { name: "history", title: () => "Who and when", key: "H", address: (where) => ofHistory(pages.history, where) },
      { name: "record", title: (place) => (model.isTarget(place) ? "Comment, notes and files" : "Notes and files"), key: "N", address: (where) => ofRecord(pages.record, where) },
    ].filter(({ name }) => pages[name]);
    for (const section of this.#sections) {
      section.slot = make("div", { className: "section" });
      this.#put(section, this.#fresh(section));
    }
  }

  get elements() {
    return this.#sections.map(({ slot }) => slot);
  }

  open(name) {
    const section = this.#sections.find((each) => each.name === name);
    if (!section || !this.#place) return;
    section.element.open = true;
    section.element.querySelector("summary").focus({ preventScroll: true });
    this.#reach(section);
  }

  /* Another cell: what is open closes, and what was begun is kept. */
  show(place) {
    const before = this.#place;
    if (before && before.row === place.row && before.column === place.column) return;
    this.#place = place;
    for (const section of this.#sections) {
      if (before && hasDraft(section.element)) this.#kept.set(keyOf(section, before), { section, place: before, element: section.element });
      else if (before && !section.element.open) {
        this.#kept.delete(keyOf(section, before));
      }
      const kept = this.#kept.get(keyOf(section, place));
      this.#kept.delete(keyOf(section, place));
      if (kept) this.#put(section, kept.element);
      else if (section.element.open || hasDraft(section.element)) this.#put(section, this.#fresh(section));
      section.element.querySelector(".title").textContent = section.title(place);
    }
    this.#grow();
  }

  get drafts() {
    const here = this.#sections
      .filter(({ element }) => hasDraft(element))
      .map(() => ({ place: this.#place, here: true }));
    return [...here, ...[...this.#kept.values()].map(({ place }) => ({ place, here: false }))].map((each) => ({
      ...each,
      name: this.#model.name(each.place),
    }));
  }

  #put(section, element) {
    section.element = element;
    section.slot.replaceChildren(element);
  }

  #fresh(section) {
    const body = make("div", { className: "loaded", "aria-live": "polite" });
    const element = make(
      "details",
      { className: "more lazy" },
      make("summary", {}, make("span", { className: "title" }), " ", make("kbd", { "aria-hidden": "true" }, section.key)),
      body,
    );
    element.addEventListener("toggle", () => {
      if (element.open && !body.hasChildNodes()) {
        const place = this.#place;
        this.#load(section, body);
        keepDrafts(element, (form) => {
          const words = form.closest(".target-comment") && form.elements.comment.value.trim();
          if (words !== null) this.#commented(place, words);
        });
      }
      this.#grow();
      if (element.open) this.#reach(section);
    });
    return element;
  }

  /* At the foot of a small screen the sheet takes more room while something is open in it. */
  #grow() {
    this.#strip.classList.toggle("tall", this.#sections.some(({ element }) => element.open));
    for (const { slot, element } of this.#sections) slot.classList.toggle("wide", element.open);
  }

  async #load(section, body) {
    const place = this.#place;
    body.replaceChildren(make("p", { className: "soft" }, "One moment."));
    const found = await fragment(section.address({ pupil: this.#model.rows[place.row].pupil, ...this.#model.cell(place) }));
    if (found === null) {
      const again = make("button", { type: "button", className: "button" }, "Try again");
      again.addEventListener("click", () => this.#load(section, body));
      body.replaceChildren(make("p", {}, "This could not be fetched: there is no connection, or you are signed out."), again);
      return;
    }
    window.htmx.swap(body, found, { swapStyle: "innerHTML" });
    // There was not so far to go before.
    if (section.element.contains(document.activeElement) && section.element.contains(body)) this.#reach(section);
  }

  /* A section that is opened stands at the top of the sheet, its contents below, and the sheet in
     the window. */
  #reach({ slot }) {
    this.#strip.scrollIntoView({ block: "nearest" });
    this.#strip.scrollTop += slot.getBoundingClientRect().top - this.#strip.getBoundingClientRect().top - 8;
  }
}

function hasDraft(element) {
  return element.querySelector("form.draft") !== null;
}

/* What is typed in a form is a draft until that very form was saved, whatever else is sent and
   answered beside it. `saved(form)` hears of each that was. */
function keepDrafts(element, saved) {
  let beside = [];
  element.addEventListener("input", ({ target }) => target.form?.classList.add("draft"));
  element.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (!detail.shouldSwap || detail.requestConfig.verb === "get") return;
    const here = element.contains(document.activeElement) ? document.activeElement : null;
    // Out of the way of the answer, which brings all forms anew.
    beside = [...detail.target.querySelectorAll("form.draft")]
      .filter((form) => form !== detail.requestConfig.elt)
      .map((form) => form.closest("[id]"))
      .map((piece) => ({ piece, focus: piece.contains(here) ? here : null }));
    for (const { piece } of beside) piece.remove();
  });
  element.addEventListener("htmx:afterSwap", ({ detail }) => {
    for (const { piece, focus } of beside) {
      const anew = element.querySelector(`#${piece.id}`);
      if (anew) anew.replaceWith(piece);
      else element.querySelector(".loaded").append(piece);
      focus?.focus({ preventScroll: true });
    }
    beside = [];
    const { verb, elt } = detail.requestConfig ?? {};
    if (!elt?.matches("form") || verb === "get") return;
    const address = elt.getAttribute("action");
    const again = [...element.querySelectorAll("form")].find((form) => form.getAttribute("action") === address);
    const isRefused = again?.parentElement.closest("[id]").querySelector(".errors") || again?.querySelector(".errors");
    if (isRefused) again.classList.add("draft");
    else saved(elt);
  });
}

/* A fragment of a page, or null. */
async function fragment(address) {
  try {
    const response = await fetch(address, { headers: { "HX-Request": "true" }, redirect: "error" });
    return response.ok && !response.headers.has("HX-Redirect") ? await response.text() : null;
  } catch {
    return null;
  }
}

function ofHistory(addresses, { pupil, strand, target }) {
  const address = strand ? addresses.strand : addresses.target;
  return address.replace("/pupils/0/", `/pupils/${pupil}/`).replace("/0/", `/${strand ?? target}/`);
}

function ofRecord(address, { pupil, strand, target }) {
  return `${address.replace("/0/", `/${pupil}/`)}?${strand ? `strand=${strand}` : `target=${target}`}`;
}

function keyOf({ name }, { row, column }) {
  return `${name} ${row}:${column}`;
}
