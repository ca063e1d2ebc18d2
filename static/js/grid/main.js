/* The entry grid: brings its parts together. */
import { ConflictDialog } from "./conflict.js";
import { copyForward, fillDown } from "./fill.js";
import { Digits, pointFor } from "./keys.js";
import { Left } from "./left.js";
import { Model } from "./model.js";
import { PointList } from "./points.js";
import { Saves } from "./saves.js";
import { cells, SeveralDialog } from "./several.js";
import { Status } from "./status.js";
import { Steps } from "./steps.js";
import { Strip } from "./strip.js";
import { Table } from "./table.js";

const TROUBLE = ["waiting", "conflict", "refused", "superseded"];
const READ_ONLY = "This term can be read, not changed.";

const data = JSON.parse(document.getElementById("grid-data").textContent);
const model = new Model(data);
const element = document.querySelector(".grid table");
const saves = new Saves(model, data, changed);
const status = new Status(model, saves);
const list = new PointList(document.getElementById("points"));
const conflicts = new ConflictDialog(document.getElementById("conflict"));
const several = new SeveralDialog(document.getElementById("several"), chooseMany);
const steps = new Steps();
const digits = new Digits();
const strip = new Strip(
  document.querySelector(".strip"),
  model,
  data,
  (id) => choose(model.point(model.cell(table.current), id)),
  { clear, list: openList, back: () => table.focus(table.current) },
);
const table = new Table(element, model, moved);
const left = new Left(data.left, model, table, isLeft, () => {
  if (!table.current && model.first()) table.begin(model.byColumn.find(isTodo) ?? model.first());
});
const undoButton = document.querySelector("[data-does=undo]");

function moved(place) {
  strip.draw(place, saves.of(place));
  status.drafts(
    strip.drafts
      .filter((draft) => !draft.here)
      .map((draft) => ({
        name: draft.name,
        back: () => {
          table.show(draft.place);
          strip.open("record");
        },
      })),
  );
}

/* No place: what was chosen on an earlier page for something that this one does not show. */
function changed(place, answer) {
  if (place) table.draw(place, saves.of(place));
  if (place && table.current?.row === place.row && table.current.column === place.column) {
    strip.draw(place, saves.of(place));
  }
  if (place && model.isHidden(place) && isLeft(place)) left.refresh();
  if (answer) status.progress();
  if (place && answer?.result === "saved") {
    if (answer.version !== undefined) steps.wrote(place, model.cell(place).version);
    status.saved(place, answer.order);
  } else if (place && ["conflict", "refused", "superseded"].includes(answer?.result)) status.unsaved(place);
  status.update();
  nextConflict();
}

function nextConflict() {
  const conflict = saves.conflict;
  if (!conflict || conflicts.isOpen) return;
  conflicts.open({
    ...conflict,
    title: conflict.name,
    settle: (mine) => {
      saves.settle(conflict, mine);
      // After the dialog has closed and given the focus back.
      queueMicrotask(nextConflict);
    },
  });
}

/* What the person sees in a cell: the choice on its way, else what stands. */
function shown(place) {
  const held = saves.of(place);
  return held.point !== undefined && held.state !== "refused" ? held.point : model.cell(place).point ?? null;
}

function choose(point) {
  const place = table.current;
  if (!model.open) {
    status.say(READ_ONLY);
    return;
  }
  const cell = model.cell(place);
  const was = shown(place);
  const stood = cell.version === undefined ? null : model.point(cell, cell.point);
  const replaced = was !== point.id && stood && stood.id !== point.id;
  if (was !== point.id) {
    steps.add(`${model.column(place)} of ${model.pupil(place)}`, [{ place, was, now: point.id }]);
    offerUndo();
    saves.choose(place, point.id);
  } else saves.forget(place);
  status.replaced(replaced ? { place, was: stood.code, now: point.code, undo } : null);
  onward(place);
}

function isTodo(place) {
  return shown(place) === null;
}

/* Something is still to do here: to judge, or to see to what became of the save. */
function isLeft(place) {
  return isTodo(place) || TROUBLE.includes(saves.of(place).state);
}

/* To the next cell that is not judged yet: a key must not fall on what is judged already. */
function onward(place) {
  const next = model.after(place).find(isTodo);
  if (!next) {
    const before = model.byColumn.filter(isTodo).length;
    status.say(before ? `None left from here on; ${before} not judged further back.` : "All judged.");
  } else if (table.hasFocus) table.focus(next);
  else table.show(next);
}

/* Many choices as one step. */
function chooseMany({ changes }) {
  if (!changes.length) return;
  const made = changes.filter(({ place }) => isTodo(place)).map((change) => ({ ...change, was: null }));
  status.replaced(null);
  steps.add(cells(made.length), made);
  offerUndo();
  status.several(made.map(({ place }) => place), "saved");
  for (const { place, now } of made) saves.choose(place, now);
  table.focus(table.current);
  onward(table.current);
  status.say(`${cells(made.length)} judged in one step; Undo takes them back together.`);
}

/* Back by one step, where this page's own choice still stands. */
function undo() {
  const step = steps.take();
  status.replaced(null);
  if (!step) {
    status.say("There is nothing to undo.");
    return;
  }
  const back = step.changes.filter(isOurs);
  status.several(back.map(({ place }) => place), "undone");
  for (const { place, was } of back) saves.choose(place, was);
  left.refresh();
  offerUndo();
  const kept = step.changes.length - back.length;
  status.say(undone(step, back.length, kept));
  table.focus(step.changes[0].place);
}

function undone({ words, changes }, back, kept) {
  const [{ place, was }] = changes;
  if (kept && !back) return `${words}: not undone, because it was changed since.`;
  if (changes.length === 1) return `${words}: ${model.point(model.cell(place), was)?.code ?? "not judged"} again.`;
  return `${cells(back)} as before.${kept ? ` ${cells(kept)} left alone, changed since.` : ""}`;
}

function isOurs({ place, now }) {
  if (shown(place) !== now) return false;
  const { state } = saves.of(place);
  if (state === "saving" || state === "waiting") return true;
  return state === "saved" && steps.isOwn(place, model.cell(place).version);
}

function offerUndo() {
  if (undoButton) undoButton.disabled = steps.last === null;
}

function clear() {
  const place = table.current;
  const was = shown(place);
  if (model.open) status.replaced(null);
  if (!model.open) status.say(READ_ONLY);
  else if (was !== null) {
    steps.add(`${model.column(place)} of ${model.pupil(place)}`, [{ place, was, now: null }]);
    offerUndo();
    saves.choose(place, null);
  } else saves.forget(place);
}

function offer(what) {
  if (!model.open) status.say(READ_ONLY);
  else if (what.words) status.say(what.words);
  else several.open(what.title, what.about, what.ways);
}

function openList() {
  const place = table.current;
  const cell = model.cell(place);
  if (!model.open) return;
  list.open(model.name(place), model.points(cell), shown(place) ?? cell.start ?? null, choose);
}

function move(place) {
  if (place) table.focus(place);
}

function end(place, across) {
  let last = place;
  for (let next = place; next; next = model.beside(next, 0, across)) last = next;
  return last;
}

const MOVES = {
  ArrowUp: (place) => model.beside(place, -1, 0),
  ArrowDown: (place) => model.beside(place, 1, 0),
  ArrowLeft: (place) => model.beside(place, 0, -1),
  ArrowRight: (place) => model.beside(place, 0, 1),
  Home: (place, event) => (event.ctrlKey ? model.first() : end(place, -1)),
  End: (place, event) => (event.ctrlKey ? model.last() : end(place, 1)),
  Enter: (place, event) => model.beside(place, event.shiftKey ? -1 : 1, 0),
};

const DOES = {
  " ": openList,
  F2: openList,
  Delete: clear,
  Backspace: clear,
  f: () => offer(fillDown(model, table.current, shown)),
  c: () => offer(copyForward(model, table.current, shown)),
  z: undo,
  h: () => strip.open("history"),
  n: () => strip.open("record"),
};

/* A key that picks a point; false for other keys. */
function pick({ key, repeat }) {
  const place = table.current;
  const cell = model.cell(place);
  const points = model.points(cell);
  const { point, words } = pointFor(key, cell, points) ?? {};
  if (!point && !words) return false;
  // A press that is not taken is no answer to the question either.
  const question = point && model.open && !repeat ? digits.question(key) : "";
  if (!model.open) status.say(READ_ONLY);
  else if (repeat) status.say("Each press judges one pupil, so a key that is held down does not go on.");
  else if (words || question) status.say(question || `${words} ${digits.before(key)}`.trim());
  else {
    const back = point.id === shown(place) ? "" : ", which Z takes back";
    digits.picked(key, points, `${key} judged ${model.pupil(place)} ${point.code}${back}.`);
    choose(point);
  }
  return true;
}

function act(event) {
  const place = table.current;
  status.say("");
  if (!event.ctrlKey && !event.metaKey && !event.altKey && pick(event)) return true;
  digits.forget();
  if (MOVES[event.key]) {
    move(MOVES[event.key](place, event));
    return true;
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && !event.shiftKey) {
    undo();
    return true;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const does = DOES[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  does?.();
  return Boolean(does);
}

element.addEventListener("keydown", (event) => {
  if (table.placeOf(event.target) && act(event)) event.preventDefault();
});
document.addEventListener("pointerdown", () => digits.forget());
document.querySelector("a[href='#grid']").addEventListener("click", (event) => {
  if (!table.current) return;
  event.preventDefault();
  table.focus(table.current);
});
document.querySelector(".tools")?.addEventListener("click", ({ target }) => {
  const { does } = target.closest("button")?.dataset ?? {};
  if (does === "undo") undo();
  else if (!table.current) return;
  else if (does === "fill") DOES.f();
  else if (does === "copy") DOES.c();
});
window.addEventListener("beforeunload", (event) => {
  // What the outbox keeps is there again when the page is.
  if (saves.unsafe || strip.drafts.length) event.preventDefault();
});
window.addEventListener("online", () => saves.retry());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") saves.retry();
});

/* At the foot of a small screen the sheet covers what is under it: the page knows how much. */
function keepAboveSheet(sheet) {
  const atFoot = window.matchMedia("(width < 60rem)");
  const watch = () => {
    if (!atFoot.matches) return;
    document.documentElement.style.setProperty("--covered", `${sheet.offsetHeight}px`);
    if (table.hasFocus) table.keepInSight();
  };
  new ResizeObserver(watch).observe(sheet);
}

const help = document.querySelector(".help");
if (help) help.open = window.matchMedia("(width >= 60rem)").matches;
const start = model.byColumn.find(isTodo) ?? model.first();
if (start) table.begin(start);
keepAboveSheet(document.querySelector(".strip"));
saves.restore();
document.documentElement.dataset.grid = "ready";
