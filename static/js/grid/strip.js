/* The strip beside the grid: all about the current cell, and a button for each near point. */
import { make } from "./dom.js";
import { offers } from "./keys.js";

const PHONE = window.matchMedia("(width < 40rem)");

const STATE_LINES = {
  saving: "Saving",
  waiting: "Not saved yet; trying again",
  superseded: "Saved, and changed by someone else since",
  conflict: "Someone else has saved here; choose which stands",
};

export class Strip {
  #strip;
  #model;
  #pupilPage;
  #more = window.matchMedia("(width >= 60rem)").matches;

  /* `pick(point)`, `clear()` and `list()` do what the keys do, for the current cell. */
  constructor(strip, model, pupilPage, { pick, clear, list }) {
    this.#strip = strip;
    this.#model = model;
    this.#pupilPage = pupilPage;
    strip.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.dataset.point) pick(Number(button.dataset.point));
      else if (button.dataset.does === "clear") clear();
      else list();
    });
    strip.addEventListener("toggle", (event) => {
      this.#more = event.target.open;
    }, true);
  }

  draw(place, held) {
    const cell = this.#model.cell(place);
    // On a phone the grid needs the room: what is not for choosing waits under More.
    const about = [...reached(this.#model, cell), make("dl", {}, ...facts(cell))];
    const phone = PHONE.matches;
    const kept = this.#strip.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.#strip.replaceChildren(
      make("h2", {}, this.#model.name(place)),
      phone && !cell.walt ? "" : this.#about(place, cell),
      this.#model.open ? this.#picks(cell, held) : "",
      make("p", { className: `state ${held.state ?? ""}`, hidden: !stateLine(cell, held) }, stateLine(cell, held)),
      ...(phone ? [] : about),
      make(
        "details",
        { className: "more", open: this.#more },
        make("summary", {}, "More"),
        ...(phone ? [cell.walt ? "" : this.#about(place, cell), ...about] : []),
        ...this.#details(place, cell),
      ),
    );
    if (kept) this.#strip.querySelector(`[data-key="${kept}"]`)?.focus({ preventScroll: true });
  }

  #about(place, cell) {
    const { name } = this.#model.scales[cell.scale];
    const { route } = this.#model.rows[place.row];
    return make("p", { className: "soft" }, cell.walt ? `We are learning to ${cell.walt}` : `${name} · ${route} route`);
  }

  #picks(cell, held) {
    const points = this.#model.points(cell);
    const now = held.point !== undefined ? held.point : cell.point ?? null;
    const buttons = offers(cell, points).map(({ key, point, note }) =>
      make(
        "button",
        {
          type: "button",
          className: "button pick",
          title: point.label,
          "data-point": point.id,
          "data-key": key,
          "aria-pressed": String(point.id === now),
        },
        make("kbd", {}, key),
        make("b", {}, point.code),
        note && make("small", {}, note),
      ),
    );
    return make(
      "div",
      { className: "picks", role: "group", "aria-label": "Points" },
      ...buttons,
      make("button", { type: "button", className: "button", "data-does": "list", "data-key": "list" }, "All points"),
      now === null
        ? null
        : make("button", { type: "button", className: "button", "data-does": "clear", "data-key": "clear" }, "Take back"),
    );
  }

  #details(place, cell) {
    const { pupil, name } = this.#model.rows[place.row];
    const page = this.#pupilPage.replace("/0/", `/${pupil}/`);
    return [...aims(cell), path(cell), make("p", {}, make("a", { href: page }, `Page of ${name}`))];
  }
}

/* What the judgement means, in words. */
function reached(model, cell) {
  const lines = [];
  if (cell.word) lines.push(make("p", {}, make("span", { className: `mark ${cell.indicator}` }, cell.word)));
  const point = model.point(cell, cell.point);
  if (point?.label) lines.push(make("p", {}, make("b", {}, `${point.code} `), point.label));
  return lines;
}

function aims(cell) {
  const said = [];
  if (cell.wilf) said.push(make("p", {}, make("b", {}, "What I'm looking for: "), cell.wilf));
  if (cell.starting_point) said.push(make("p", {}, make("b", {}, "Starting point: "), cell.starting_point));
  return said;
}

function facts(cell) {
  const said = [];
  const say = (name, value) => said.push(make("div", {}, make("dt", {}, name), make("dd", {}, value)));
  if (cell.strand) {
    say("Baseline", cell.baseline ? `${cell.baseline} on ${cell.baseline_on}` : "none yet, so no gain is reckoned");
  }
  say("Last judged", cell.last_code ? `${cell.last_code} in ${cell.last_term}` : "not before");
  if (cell.gain) say("Gain since the baseline", cell.gain);
  if (cell.strand) {
    say("Expected gain", cell.expected ? `${cell.expected} by now, ${cell.rate} a term` : `${cell.rate} a term`);
  }
  return said;
}

function path(cell) {
  const now = cell.version === undefined ? [] : [["This term", cell.code, cell.step ?? ""]];
  const rows = [...now, ...(cell.path ?? [])];
  if (!rows.length) return "";
  const heads = cell.strand ? ["Term", "Point", "Gain"] : ["Term", "Outcome"];
  return make(
    "table",
    { className: "table" },
    make("caption", {}, "Term by term"),
    make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))),
    make(
      "tbody",
      {},
      ...rows.map(([term, code, step]) =>
        make("tr", {}, make("th", { scope: "row" }, term), make("td", {}, code), heads.length > 2 ? make("td", {}, step) : null),
      ),
    ),
  );
}

function stateLine(cell, held) {
  if (held.state === "refused") return `Not saved. ${held.words}`;
  if (held.state === "conflict" && held.own) return "You have saved here on another page; choose which stands";
  if (STATE_LINES[held.state]) return STATE_LINES[held.state];
  if (cell.version === undefined) return "";
  return ["Saved", cell.by && `by ${cell.by}`, cell.at].filter(Boolean).join(" ");
}
