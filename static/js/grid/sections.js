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

  constructor(strip, model, pages) {
    this.#strip = strip;
    this.#model = model;
    this.#sections = [
      { name: "history", title: "Who and when", key: "H", address: (where) => ofHistory(pages.history, where) },
      { name: "record", title: "Notes and files", key: "N", address: (where) => ofRecord(pages.record, where) },
    ].filter(({ name }) => pages[name]);
    for (const section of this.#sections) {
      section.slot = make("div", { className: "section" });
      this.#put(section, this.#fresh(section));
    }
    strip.addEventListener("input", (event) => {
      event.target.closest(".lazy")?.classList.add("draft");
    });
    // Sent and taken: what was typed is no draft any more.
    strip.addEventListener("htmx:afterRequest", (event) => {
      const { successful, requestConfig } = event.detail;
      if (successful && requestConfig.verb !== "get") event.target.closest(".lazy")?.classList.remove("draft");
    });
  }

  get elements() {
    return this.#sections.map(({ slot }) => slot);
  }

  open(name) {
    const section = this.#sections.find((each) => each.name === name);
    if (!section || !this.#place) return;
    section.element.open = true;
    section.element.querySelector("summary").focus();
  }

  /* Another cell: what is open closes, and what was begun is kept. */
  show(place) {
    const before = this.#place;
    if (before && before.row === place.row && before.column === place.column) return;
    this.#place = place;
    for (const section of this.#sections) {
      if (before && section.element.classList.contains("draft")) this.#kept.set(keyOf(section, before), { section, place: before, element: section.element });
      else if (before && !section.element.open) {
        this.#kept.delete(keyOf(section, before));
      }
      const kept = this.#kept.get(keyOf(section, place));
      this.#kept.delete(keyOf(section, place));
      if (kept) this.#put(section, kept.element);
      else if (section.element.open || section.element.classList.contains("draft")) this.#put(section, this.#fresh(section));
    }
    this.#grow();
  }

  get drafts() {
    const here = this.#sections
      .filter(({ element }) => element.classList.contains("draft"))
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
      make("summary", {}, section.title, " ", make("kbd", { "aria-hidden": "true" }, section.key)),
      body,
    );
    element.addEventListener("toggle", () => {
      if (element.open && !body.hasChildNodes()) this.#load(section, body);
      this.#grow();
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
  }
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
