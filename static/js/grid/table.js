/* The grid itself: what each cell shows, which one is current, and moving between them. */
import { make } from "./dom.js";

/* Short enough for a cell; what is not seen is read out. */
const STATE_WORDS = {
  saving: ["saving"],
  saved: ["Saved"],
  superseded: ["changed", " by someone else since it was saved"],
  waiting: ["waiting", ", not saved yet"],
  conflict: ["conflict"],
  refused: ["refused"],
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
    // Left to itself, focus stops where a part of the cell can be seen.
    this.#box(place).focus({ preventScroll: true });
    this.keepInSight();
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
    this.keepInSight();
  }

  keepInSight() {
    if (this.#current) this.#box(this.#current).scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  get hasFocus() {
    return this.#table.contains(document.activeElement);
  }

  draw(place, held) {
    const cell = this.#model.cell(place);
    const pending = ["saving", "waiting", "conflict"].includes(held.state);
    const todo = !pending && cell.version === undefined;
    const looks = ["cell", pending ? "" : cell.indicator, todo ? "todo" : "", held.state];
    this.#box(place).replaceChildren(
      make(
        "div",
        { className: looks.filter(Boolean).join(" ") },
        ...(pending ? chosen(this.#model.point(cell, held.point)) : stands(cell)),
        ...last(cell),
        ...fate(held.state, held.state === "refused" && held.point ? this.#model.point(cell, held.point)?.code : ""),
      ),
    );
  }

  /* Show only some rows and columns, and leave the current cell where it is on the screen. */
  hide(rows, columns) {
    const before = this.#top();
    [...this.#table.tBodies[0].rows].forEach((row, index) => {
      row.hidden = rows.has(index);
    });
    [...this.#table.querySelectorAll("col")].slice(1).forEach((col, index) => {
      if (col.hidden === columns.has(index)) return;
      col.hidden = columns.has(index);
      for (const row of this.#table.querySelectorAll("tr:not(.groups)")) row.cells[index + 1].hidden = col.hidden;
    });
    this.#span(columns);
    const after = this.#top();
    if (before !== null && after !== null) this.#table.parentElement.scrollTop += after - before;
  }

  /* The head of a stream spans what is shown of it. */
  #span(hidden) {
    let first = 0;
    for (const group of this.#table.querySelectorAll("[data-columns]")) {
      const count = Number(group.dataset.columns);
      const shown = [...Array(count).keys()].filter((index) => !hidden.has(first + index)).length;
      group.hidden = shown === 0;
      group.colSpan = Math.max(1, shown);
      first += count;
    }
  }

  #top() {
    return this.#current && this.#box(this.#current).getBoundingClientRect().top;
  }

  #mark(place) {
    const now = this.#current;
    if (now && now.row === place.row && now.column === place.column) return;
    if (now) {
      const before = this.#box(now);
      before.tabIndex = -1;
      before.classList.remove("now");
      before.parentElement.classList.remove("now");
      before.removeAttribute("aria-selected");
    }
    this.#current = place;
    const box = this.#box(place);
    box.tabIndex = 0;
    box.classList.add("now");
    box.parentElement.classList.add("now");
    box.setAttribute("aria-selected", "true");
    this.moved(place);
  }

  #box(place) {
    return this.#table.tBodies[0].rows[place.row].cells[place.column + 1];
  }
}

/* What is on its way: no gain before the server has reckoned it. */
function chosen(point) {
  return [point ? make("b", {}, point.code) : nothing()];
}

/* The same as in templates/assessment/grid.html. */
function stands(cell) {
  if (cell.version === undefined) return [nothing()];
  return [
    make("b", {}, cell.code),
    cell.gain ? make("small", { className: "gain" }, cell.gain) : null,
    cell.word ? make("span", { className: "unseen" }, `, ${cell.word}`) : null,
  ].filter(Boolean);
}

function nothing() {
  return make(
    "b",
    {},
    make("span", { "aria-hidden": "true" }, "–"),
    make("span", { className: "unseen" }, "not judged"),
  );
}

function last(cell) {
  return cell.last_code
    ? [" ", make("small", { className: "last" }, make("span", {}, "last "), cell.last_code)]
    : [];
}

/* What has become of the save; `lost` is the point that was not taken. */
function fate(state, lost) {
  const [seen, unseen] = STATE_WORDS[state] ?? [];
  if (!seen) return [];
  return [" ", make("small", { className: "fate" }, lost ? `${lost} ${seen}` : seen, unseen ? make("span", { className: "unseen" }, unseen) : "")];
}
