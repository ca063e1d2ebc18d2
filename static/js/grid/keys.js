/* Which point a key picks. Pure: no page, no network. */

/* A digit can name each point of a scale up to this long; on a longer one it counts steps. */
const LONGEST_NAMED = 9;

function origin(cell, points) {
  return points.findIndex((point) => point.id === cell.start);
}

/* Return { point } for a key that picks one, { words } for one that cannot, null for other keys. */
export function pointFor(key, cell, points) {
  if (key === ".") {
    const last = points.find((point) => point.id === cell.last);
    return last ? { point: last } : { words: "Nothing was judged here before." };
  }
  if (!/^[0-9-]$/.test(key)) return null;
  if (points.length <= LONGEST_NAMED) {
    const named = points[Number(key) - 1];
    return named ? { point: named } : { words: `This scale has the points 1 to ${points.length}.` };
  }
  const from = origin(cell, points);
  const step = key === "-" ? -1 : Number(key);
  if (from === -1 && step < 1) {
    return { words: "There is no last point and no baseline: 1 picks the first point of the scale." };
  }
  const point = points[from + step];
  return point ? { point } : { words: "The scale ends there." };
}

/* The points that one press offers, each with its key and what it means. */
export function offers(cell, points) {
  if (points.length <= LONGEST_NAMED) {
    return points.map((point, index) => ({
      key: String(index + 1),
      point,
      note: point.id === cell.last ? "same" : "",
    }));
  }
  return ["-", "0", "1", "2", "3", "4", "5"]
    .map((key) => ({ key, ...pointFor(key, cell, points), note: key === "0" ? "same" : "" }))
    .filter((offer) => offer.point);
}
