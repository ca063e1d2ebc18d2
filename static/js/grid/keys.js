/* Which point a key picks: what the sheet offers for it, and nothing else. Pure but for what
   `Digits` remembers of the key before. */

/* A digit can name each point of a scale up to this long; on a longer one it counts steps. */
const LONGEST_NAMED = 9;
const STEPS = ["-", "0", "1", "2", "3", "4", "5"];

/* The points that one press offers: { key, point, note }, `again` where "." picks it too. On a
   long scale there are none without a point to count from: a digit would name a point here and
   count steps beside it. */
export function offers(cell, points) {
  const offer = (key, point, note) => ({ key, point, note, again: point?.id === cell.last });
  if (points.length <= LONGEST_NAMED) {
    return points.map((point, index) => offer(String(index + 1), point, point.id === cell.last ? "same" : ""));
  }
  const from = points.findIndex((point) => point.id === cell.start);
  if (from === -1) return [];
  const same = cell.last === undefined ? "baseline" : "same";
  return STEPS.map((key) => offer(key, points[from + (key === "-" ? -1 : Number(key))], key === "0" ? same : "")).filter(
    ({ point }) => point,
  );
}

/* Return { point } for a key that picks one, { words } for one that cannot, null for other keys. */
export function pointFor(key, cell, points) {
  if (!/^[0-9.-]$/.test(key)) return null;
  const offered = offers(cell, points);
  const found = offered.find((each) => (key === "." ? each.again : each.key === key));
  if (found) return { point: found.point };
  if (key === "." && cell.last === undefined) return { words: "Nothing was judged here before." };
  return { words: refusal(key, offered) };
}

/* Why no key picks a point here, and what does. */
export const NOTHING_TO_COUNT_FROM = "There is no last point and no baseline to count from.";
const BY_TYPING = "Space opens all points; there you type the point.";

function refusal(key, offered) {
  if (!offered.length) return `${NOTHING_TO_COUNT_FROM} ${BY_TYPING}`;
  const keys = offered.map((each) => each.key);
  return `${key} picks nothing here: ${keys.slice(0, -1).join(", ")} or ${keys.at(-1)} does. ${BY_TYPING}`;
}

/* Two digits typed one after the other may be meant as one point, though each key judges a pupil.

   Where they would be a point of the scale, the second is not taken until it is pressed once more;
   from then on the person knows, and is not asked again on this page. */
export class Digits {
  #before = null;
  #asked = null;
  #known = false;

  /* What is typed begins anew: another key was pressed, or a cell was gone to. */
  forget() {
    this.#before = null;
    this.#asked = null;
  }

  /* A key judged a cell, of a scale with these points, and led on; `did` says it in words. */
  picked(key, points, did) {
    this.#asked = null;
    this.#before = /^[0-9]$/.test(key) ? { key, points, did } : null;
  }

  /* What the key before did, where the two are a point of its scale; else nothing. */
  before(key) {
    const both = this.#before?.key + key;
    return this.#before?.points.some(({ code }) => code === both) ? `${both} is one point, but each key judges one pupil. ${this.#before.did}` : "";
  }

  /* What to ask before a digit is taken; nothing where it can be. */
  question(key) {
    if (this.#known || !/^[0-9]$/.test(key)) return "";
    if (this.#asked === key) {
      this.#known = true;
      return "";
    }
    const before = this.before(key);
    if (!before && this.#asked === null) return "";
    this.#asked = key;
    return `${key} is not taken. ${before} Press ${key} once more if it is for this pupil. ${BY_TYPING}`.replace("  ", " ");
  }
}
