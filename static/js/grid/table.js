/* The grid itself: what each cell shows, which one is current, and moving between them. */
import { make } from "./dom.js";

const STATE_WORDS = {
  saving: "saving",
  saved: "Saved",
  waiting: "not saved yet",
  conflict: "conflict",
  refused: "refused",
  superseded: "changed since",
};

export class Table {
  #table;
  #model;
  #current = null;

  /* `moved(place)` hears of each new current cell. */
  constructor(table, model, moved) {
    this.#table = table;
    this.#model = model;
    this.moved = moved;
    table.addEventListener("focusin", (event) => {
      const place = this.placeOf(event.target);
      if (place) this.#mark(place);
    });
  }

  get current() {
    return this.#current;
  }

  placeOf(node) {
    const box = node.closest?.("td[tabindex]");
    return box ? { row: box.parentElement.sectionRowIndex, column: box.cellIndex - 1 } : null;
  }

  focus(place) {
    this.#box(place).focus();
  }

  /* The first current cell, in sight inside the grid; the page itself stays at its head. */
  begin(place) {
    const { scrollX, scrollY } = window;
    this.show(place);
    window.scrollTo({ left: scrollX, top: scrollY, behavior: "instant" });
  }

  /* Make a cell current without taking the focus from where the person works. */
  show(place) {
    this.#mark(place);
    this.#box(place).scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  get hasFocus() {
    return this.#table.contains(document.activeElement);
  }

  draw(place, held) {
    const cell = this.#model.cell(place);
    const pending = ["saving", "waiting", "conflict"].includes(held.state);
    const content = pending ? this.#chosen(cell, held.point) : stands(cell);
    const looks = pending ? "" : cell.indicator ?? "";
    const todo = !pending && cell.version === undefined ? "todo" : "";
    this.#box(place).replaceChildren(
      make(
        "div",
        { className: ["cell", looks, todo, held.state ?? ""].filter(Boolean).join(" ") },
        ...content,
        held.state ? make("small", { className: "note" }, STATE_WORDS[held.state]) : null,
      ),
    );
  }

  #chosen(cell, id) {
    const point = this.#model.point(cell, id);
    return [make("b", {}, point ? point.code : "–")];
  }

  #mark(place) {
    if (this.#current) {
      const before = this.#box(this.#current);
      before.tabIndex = -1;
      before.classList.remove("now");
    }
    this.#current = place;
    const box = this.#box(place);
    box.tabIndex = 0;
    box.classList.add("now");
    this.moved(place);
  }

  #box(place) {
    return this.#table.tBodies[0].rows[place.row].cells[place.column + 1];
  }
}

/* The same as templates/assessment/_cell.html. */
function stands(cell) {
  if (cell.version === undefined) {
    return [
      make(
        "b",
        {},
        make("span", { "aria-hidden": "true" }, "–"),
        make("span", { className: "unseen" }, "not judged"),
      ),
      make("small", {}, cell.last_code ? `last ${cell.last_code}` : ""),
    ];
  }
  return [
    make("b", {}, cell.code),
    make("small", {}, cell.gain ?? ""),
    cell.word ? make("span", { className: "unseen" }, `, ${cell.word}`) : null,
  ];
}
