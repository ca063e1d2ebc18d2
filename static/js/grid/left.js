/* Only what is still to judge: rows and columns with nothing left are put away.

   They go when it disturbs nobody: as the page opens, by the button, and once one has gone on to
   another column and let go of the key. The row and column one is in always stay. */
import { make } from "./dom.js";

export class Left {
  #model;
  #table;
  #isLeft;
  #column = null;
  #button;
  #nothing = document.querySelector(".nothing-left");
  #shown = document.querySelector("[data-part=shown]");
  #grid = document.querySelector(".grid");
  #moved;

  /* `isLeft(place)` says whether there is still something to do; `moved()` hears of a change. */
  constructor(on, model, table, isLeft, moved) {
    this.on = on;
    this.#model = model;
    this.#table = table;
    this.#isLeft = isLeft;
    this.#moved = moved;
    this.#button = this.#upgrade(document.querySelector("[data-does=left]"));
    this.#nothing.querySelector("button").addEventListener("click", () => this.toggle());
    for (const event of ["keyup", "click"]) document.addEventListener(event, () => this.#follow());
    if (on) this.refresh();
  }

  toggle() {
    this.on = !this.on;
    this.#button?.setAttribute("aria-pressed", String(this.on));
    const here = with_(window.location.href, this.on);
    history.replaceState(history.state, "", here);
    for (const link of document.querySelectorAll("a[data-kept]")) link.href = with_(link.href, this.on);
    this.refresh();
    this.#moved();
  }

  /* Put away what is done, and bring back what is not. */
  refresh() {
    const now = this.#table.current;
    this.#column = now?.column ?? null;
    const rows = new Set(this.on ? this.#model.rows.keys() : []);
    const columns = new Set(this.on ? this.#model.columns.keys() : []);
    if (this.on) {
      this.#model.hide(new Set(), new Set());
      const left = this.#model.byColumn.filter(this.#isLeft);
      for (const { row, column } of left.length && now ? [now, ...left] : left) {
        rows.delete(row);
        columns.delete(column);
      }
      this.#nothing.hidden = left.length > 0;
    } else {
      this.#nothing.hidden = true;
    }
    // Nothing to see, and nothing to come to with a key.
    this.#grid.hidden = this.on && rows.size === this.#model.rows.length;
    this.#model.hide(rows, columns);
    this.#table.hide(rows, columns);
    const pupils = this.#model.rows.length;
    const all = this.#model.columns.length;
    this.#shown.textContent = this.on && (rows.size || columns.size)
      ? `Shown: ${pupils - rows.size} of ${pupils} pupils, ${all - columns.size} of ${all} columns.`
      : "";
  }

  #follow() {
    if (this.on && this.#table.current && this.#table.current.column !== this.#column) this.refresh();
  }

  /* The link works without us; with us no page has to be loaded. */
  #upgrade(link) {
    if (!link) return null;
    const button = make("button", { type: "button", className: "button", "aria-pressed": String(this.on) }, link.dataset.label);
    button.addEventListener("click", () => this.toggle());
    link.replaceWith(button);
    return button;
  }
}

function with_(address, on) {
  const url = new URL(address);
  if (on) url.searchParams.set("left", "1");
  else url.searchParams.delete("left");
  return url.href;
}
