/* The entry grid: brings its parts together. */
import { ConflictDialog } from "./conflict.js";
import { pointFor } from "./keys.js";
import { Model } from "./model.js";
import { PointList } from "./points.js";
import { Saves } from "./saves.js";
import { Status } from "./status.js";
import { Strip } from "./strip.js";
import { Table } from "./table.js";

const data = JSON.parse(document.getElementById("grid-data").textContent);
const model = new Model(data);
const element = document.querySelector(".grid table");
const saves = new Saves(model, data, changed);
const status = new Status(model, saves);
const list = new PointList(document.getElementById("points"));
const conflicts = new ConflictDialog(document.getElementById("conflict"));
const strip = new Strip(document.querySelector(".strip"), model, data.pupil_page, {
  pick: (id) => choose(model.point(model.cell(table.current), id)),
  clear,
  list: openList,
});
const table = new Table(element, model, (place) => strip.draw(place, saves.of(place)));

/* No place: what was chosen on an earlier page for something that this one does not show. */
function changed(place, answer) {
  if (place) table.draw(place, saves.of(place));
  if (place && table.current.row === place.row && table.current.column === place.column) {
    strip.draw(place, saves.of(place));
  }
  if (answer) status.progress();
  if (place && answer?.result === "saved") status.saved(place, answer.order);
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
    status.say("This term can be read, not changed.");
    return;
  }
  const cell = model.cell(place);
  const stood = cell.version === undefined ? null : model.point(cell, cell.point);
  const replaced = shown(place) !== point.id && stood && stood.id !== point.id;
  status.replaced(replaced ? { place, was: stood.code, now: point.code, undo: () => undo(place, stood) } : null);
  if (shown(place) !== point.id) saves.choose(place, point.id);
  else saves.forget(place);
  onward(place);
}

function isTodo(place) {
  return shown(place) === null;
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

function undo(place, point) {
  status.replaced(null);
  if (shown(place) !== point.id) saves.choose(place, point.id);
  status.say(`${model.column(place)} of ${model.pupil(place)}: ${point.code} again.`);
  table.focus(place);
}

function clear() {
  if (model.open) status.replaced(null);
  if (!model.open) status.say("This term can be read, not changed.");
  else if (shown(table.current) !== null) saves.choose(table.current, null);
  else saves.forget(table.current);
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

function act(event) {
  const place = table.current;
  status.say("");
  if (MOVES[event.key]) {
    move(MOVES[event.key](place, event));
    return true;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === " " || event.key === "F2") openList();
  else if (event.key === "Delete" || event.key === "Backspace") clear();
  else {
    const cell = model.cell(place);
    const picked = pointFor(event.key, cell, model.points(cell));
    if (!picked) return false;
    if (picked.point) choose(picked.point);
    else status.say(picked.words);
  }
  return true;
}

element.addEventListener("keydown", (event) => {
  if (table.placeOf(event.target) && act(event)) event.preventDefault();
});
window.addEventListener("beforeunload", (event) => {
  // What the outbox keeps is there again when the page is.
  if (saves.unsafe) event.preventDefault();
});
window.addEventListener("online", () => saves.retry());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") saves.retry();
});

const help = document.querySelector(".help");
if (help) help.open = window.matchMedia("(width >= 60rem)").matches;
table.begin(model.byColumn.find(isTodo) ?? model.first());
saves.restore();
document.documentElement.dataset.grid = "ready";
