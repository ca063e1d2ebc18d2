/* What filling down and copying forward would do, to be looked at first. Pure: nothing is done.

   Each returns { words } where there is nothing to do, else what the dialog shows: for each way
   its lines, and in `kept` what it leaves alone. `shown(place)`
   is the point that stands in a cell, or null. */
import { cells } from "./several.js";

/* The point of this cell to the pupils below who are not judged yet. */
export function fillDown(model, place, shown) {
  const cell = model.cell(place);
  const point = model.point(cell, shown(place));
  const column = model.column(place);
  if (!point) return { words: "This cell is not judged yet, so there is no point to fill down." };
  const below = model.below(place);
  const changes = below.filter((each) => shown(each) === null).map((each) => ({ place: each, now: point.id }));
  const kept = below.filter((each) => shown(each) !== null).map((each) => line(model, { place: each, now: shown(each) }));
  if (!changes.length) return { words: `Nobody below is left to judge in ${column}.` };
  return {
    title: `Fill down ${point.code} in ${column}`,
    about: `${cells(changes.length)} below ${model.pupil(place)} ${changes.length === 1 ? "is" : "are"} not judged yet. What is judged stays as it is.`,
    ways: [{ label: `Judge ${cells(changes.length)}`, lines: changes.map((each) => `${line(model, each)}${last(model, each)}`), changes, kept }],
  };
}

/* The point last judged, for a column or for all that is shown; a target is new each term. */
export function copyForward(model, place, shown) {
  const all = model.byColumn
    .filter((each) => shown(each) === null && !model.isTarget(each) && model.cell(each).last !== undefined)
    .map((each) => ({ place: each, now: model.cell(each).last }));
  const here = all.filter((each) => each.place.column === place.column);
  const column = model.column(place);
  if (!all.length) return { words: "Nothing to copy: each strand shown is judged, or was never judged before." };
  return {
    title: "Copy the points last judged",
    about: "Only where nothing is judged yet; termly targets are left out, because they are new each term.",
    ways: [
      { label: `Copy ${column}: ${cells(here.length)}`, lines: here.map((each) => line(model, each)), changes: here },
      { label: `Copy all columns shown: ${cells(all.length)}`, lines: byColumn(model, all), changes: all },
    ],
  };
}

function line(model, { place, now }) {
  return `${model.pupil(place)}: ${model.point(model.cell(place), now).code}`;
}

/* What the pupil was judged at before, which the point filled down may be far from. */
function last(model, { place }) {
  const { last_code: code } = model.cell(place);
  return code ? `, last ${code}` : ", not judged before";
}

function byColumn(model, changes) {
  const counts = new Map();
  for (const { place } of changes) counts.set(place.column, (counts.get(place.column) ?? 0) + 1);
  return [...counts].map(([column, count]) => `${model.columns[column].name}: ${cells(count)}`);
}
