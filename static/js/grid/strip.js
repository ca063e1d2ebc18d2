/* The sheet beside the grid: all about the current cell, and a button for each near point. */
import { make } from "./dom.js";
import { NOTHING_TO_COUNT_FROM, offers } from "./keys.js";
import { Sections } from "./sections.js";

const PHONE = window.matchMedia("(width < 40rem)");

/* So few points can each say what they mean on their button. */
const MOST_WORDED = 5;

const STATE_LINES = {
  saving: "Saving",
  waiting: "Not saved yet; trying again",
  superseded: "Saved, and changed by someone else since",
  conflict: "Someone else has saved here; choose which stands",
};

export class Strip {
  #strip;
  #model;
  #pages;
  #sections;
  #now = make("div", { className: "about" });
  #drawn = null;
  #shown = null;
  #more = window.matchMedia("(width >= 60rem)").matches;

  /* `pages` are addresses; `pick(point)`, `does.clear()` and so on do what the keys do, for the
     current cell. */
  constructor(strip, model, pages, pick, does) {
    this.#strip = strip;
    this.#model = model;
    this.#pages = pages;
    this.#sections = new Sections(strip, model, pages, (place, words) => {
      model.replace(place, { ...model.cell(place), comment: words || undefined });
      this.#redraw();
    });
    strip.replaceChildren(this.#now, ...this.#sections.elements);
    this.#now.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.dataset.does === "comment") this.open("record");
      else if (button.dataset.point) pick(Number(button.dataset.point));
      else does[button.dataset.does]();
    });
    this.#now.addEventListener("toggle", (event) => {
      this.#more = event.target.open;
    }, true);
    strip.addEventListener("keydown", (event) => {
      if (this.#key(event, does)) event.preventDefault();
    });
  }

  /* Open "Who and when" or "Notes and files" and go there. */
  open(name) {
    this.#sections.open(name);
  }

  /* The keys that lead here go on from here, and Escape leads back. What is typed in a field is
     typed there, and a list or a calendar that is open closes first. */
  #key({ key, target, ctrlKey, metaKey, altKey, isComposing }, does) {
    if (ctrlKey || metaKey || altKey || isComposing) return false;
    if (key === "Escape" && !target.matches("select, input[type=date], input[type=file]")) does.back();
    else if (target.matches("input, select, textarea")) return false;
    else if (key === "h" || key === "H") this.open("history");
    else if (key === "n" || key === "N") this.open("record");
    else return false;
    return true;
  }

  /* Notes begun and not saved: [{ name, place }]. */
  get drafts() {
    return this.#sections.drafts;
  }

  draw(place, held) {
    this.#shown = { place, held };
    this.#strip.hidden = false;
    this.#sections.show(place, this.#model.cell(place));
    const cell = this.#model.cell(place);
    const drawn = [place.row, place.column, held.state, held.point, held.words, cell];
    if (this.#drawn?.every((part, index) => part === drawn[index])) return;
    // Whose cell it is comes first, however far one had read about another.
    if (this.#drawn?.[0] !== place.row || this.#drawn[1] !== place.column) this.#strip.scrollTop = 0;
    this.#drawn = drawn;
    // On a phone the grid needs the room: what is not for choosing waits under More.
    const about = [...reached(this.#model, cell), make("dl", {}, ...facts(cell)), ...howItWent(cell, this.#model.open && this.#pages.record)];
    const phone = PHONE.matches;
    const kept = this.#now.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.#now.replaceChildren(
      // The dot stays with the name.
      make("h2", {}, this.#model.name(place).replace(" ·", "\u00a0·")),
      phone && !cell.walt ? "" : this.#about(place, cell),
      this.#model.open ? this.#picks(cell, held) : "",
      make("p", { className: `state ${held.state ?? ""}`, hidden: !stateLine(cell, held) }, stateLine(cell, held)),
      ...(phone ? [] : about),
      make(
        "details",
        { className: "more", open: this.#more },
        make("summary", {}, phone && cell.comment ? "More, with a comment" : "More"),
        ...(phone ? [cell.walt ? "" : this.#about(place, cell), ...about] : []),
        ...this.#details(place, cell),
      ),
    );
    if (kept) this.#now.querySelector(`[data-key="${kept}"]`)?.focus({ preventScroll: true });
  }

  #redraw() {
    this.draw(this.#shown.place, this.#shown.held);
  }

  #about(place, cell) {
    const { name } = this.#model.scales[cell.scale];
    const { route } = this.#model.rows[place.row];
    return make("p", { className: "soft" }, cell.walt ? `We are learning to ${cell.walt}` : `${name} · ${route} route`);
  }

  #picks(cell, held) {
    const points = this.#model.points(cell);
    const now = held.point !== undefined ? held.point : cell.point ?? null;
    const buttons = offers(cell, points).map(({ key, point, note, again }) =>
      make(
        "button",
        {
          type: "button",
          className: wordOf(point, points) ? "button pick worded" : "button pick",
          title: point.label,
          "data-point": point.id,
          "data-key": key,
          "aria-pressed": String(point.id === now),
        },
        make("kbd", {}, key),
        make("b", {}, point.code),
        wordOf(point, points) && make("span", { className: "word" }, wordOf(point, points)),
        note && make("small", {}, note),
        again && make("kbd", { "aria-hidden": "true" }, "."),
        point.id === cell.aim && make("small", {}, "aim"),
      ),
    );
    return make(
      "div",
      { className: "picks", role: "group", "aria-label": "Points" },
      ...(buttons.length ? buttons : [make("p", { className: "soft" }, NOTHING_TO_COUNT_FROM)]),
      make(
        "button",
        { type: "button", className: "button", "data-does": "list", "data-key": "list" },
        "All points",
        make("kbd", { "aria-hidden": "true" }, "Space"),
      ),
      now === null
        ? null
        : make("button", { type: "button", className: "button", "data-does": "clear", "data-key": "clear" }, "Take back"),
    );
  }

  #details(place, cell) {
    const { pupil, name } = this.#model.rows[place.row];
    const page = this.#pages.pupil_page.replace("/0/", `/${pupil}/`);
    return [...aims(cell), path(cell), make("p", {}, make("a", { href: page }, `Page of ${name}`))];
  }
}

/* What one of few points means, in short: "Emerging" of "Emerging: not yet at the goal". */
function wordOf({ label }, points) {
  return points.length <= MOST_WORDED ? (label ?? "").split(":")[0] : "";
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

/* The comment on a target, and for a judged one the way to where it is written. */
function howItWent({ comment, target, version }, mayWrite) {
  const said = comment ? [make("p", { className: "went" }, make("b", {}, "How it went: "), comment)] : [];
  if (!mayWrite || !target || version === undefined) return said;
  const words = comment ? "Change the comment" : "Write how it went";
  return [...said, make("button", { type: "button", className: "button", "data-does": "comment" }, words)];
}

function baselineWords(cell) {
  if (!cell.baseline) return "none yet, so no gain is reckoned";
  const later = cell.expected === undefined ? ", after the census day: it counts from the next term on" : "";
  return `${cell.baseline} on ${cell.baseline_on}${later}`;
}

function facts(cell) {
  const said = [];
  const say = (name, value) => said.push(make("div", {}, make("dt", {}, name), make("dd", {}, value)));
  if (cell.strand) say("Baseline", baselineWords(cell));
  const as = cell.last_as ? `, judged as ${cell.last_as}` : "";
  say("Last judged", cell.last_code ? `${cell.last_code} in ${cell.last_term}${as}` : "not before");
  if (cell.gain) say("Gain since the baseline", cell.gain);
  if (cell.strand) {
    say("Expected gain", cell.expected ? `${cell.expected} by now, ${cell.rate} a term` : `${cell.rate} a term`);
  }
  if (cell.aim_code) say("Aim for the year", cell.aim_code);
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
