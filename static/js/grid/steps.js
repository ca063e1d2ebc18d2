/* What was done on this page, to be undone step by step. A step changes one cell or many.

   Undo goes back only where this page's own choice still stands. What somebody else has saved
   there since is theirs: the server compares versions and would say so, and where it has told us
   already it is not even asked. */

const MOST = 100;

export class Steps {
  #done = [];
  #own = new Map();

  /* `words` say what undoing brings back; `changes` are { place, was, now }, ids of points or null. */
  add(words, changes) {
    this.#done.push({ words, changes });
    if (this.#done.length > MOST) this.#done.shift();
  }

  get last() {
    return this.#done.at(-1) ?? null;
  }

  take() {
    return this.#done.pop() ?? null;
  }

  /* A choice of this page was written: as this version, or as none where it was taken back. */
  wrote(place, version) {
    this.#own.set(keyOf(place), version ?? null);
  }

  /* Whether what stands in a cell is what this page wrote there last. */
  isOwn(place, version) {
    return this.#own.get(keyOf(place)) === (version ?? null);
  }
}

function keyOf({ row, column }) {
  return `${row}:${column}`;
}
