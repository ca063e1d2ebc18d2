/* The outbox as one page uses it: it keeps the page's own entries, and takes over those of pages
   that are gone. Each record names the page that looks after it; a page that lives holds a Web
   Lock of that name, so that no two tabs send the same entry. */
import { imported, seal, unseal } from "./seal.js";
import { clear, records, transact } from "./store.js";

const LONGEST_WAIT = 8000;
const CHANNEL = "parrcs-outbox";
const CLAIMING = "parrcs-outbox-claim";

const lockOf = (page) => `parrcs-outbox-page:${page}`;

/* An entry's place in the store; `order` is null until it has been written. */
export function slot(order = null) {
  return { order };
}

/* Empty the outbox, for every tab of this browser. */
export async function empty() {
  new BroadcastChannel(CHANNEL).postMessage("emptied");
  await clear();
}

export class Outbox {
  #address;
  #whose;
  #keys = null;
  #page = crypto.randomUUID();
  #living = null;
  #queue = [];
  #writing = false;
  #emptied = false;

  /* `address` hands out the keys; `whose` says for whom they have to be, where the page knows.
     `emptied()` hears that somebody has signed out. */
  constructor(address, { whose = null, emptied = () => {} } = {}) {
    this.#address = address;
    this.#whose = whose;
    // Why the last entry could not be kept, or null.
    this.trouble = null;
    new BroadcastChannel(CHANNEL).onmessage = () => {
      this.#emptied = true;
      this.#keys = null;
      emptied();
    };
  }

  /* Keep or remove entries, all or none: [{ slot, content }], content null to remove. Say whether
     it is done; without a key, or where the browser keeps nothing, it is not. */
  write(changes) {
    return new Promise((resolve) => {
      this.#queue.push({ changes, resolve });
      if (!this.#writing) this.#flush();
    });
  }

  /* What comes while one transaction is under way goes into the next, together. */
  async #flush() {
    this.#writing = true;
    while (this.#queue.length) {
      const batch = this.#queue.splice(0);
      try {
        await this.#apply(batch.flatMap(({ changes }) => changes));
        this.trouble = null;
      } catch (error) {
        this.trouble = error;
      }
      batch.forEach(({ resolve }) => resolve(this.trouble === null));
    }
    this.#writing = false;
  }

  async #apply(changes) {
    // The latest for each slot counts.
    const latest = [...new Map(changes.map((change) => [change.slot, change.content]))];
    const gone = latest.filter(([{ order }, content]) => content === null && order !== null);
    const kept = await Promise.all(
      latest.filter(([, content]) => content !== null).map(async ([at, content]) => [at, await this.#sealed(content)]),
    );
    if (!gone.length && !kept.length) return;
    const added = await transact("readwrite", (table) => {
      gone.forEach(([{ order }]) => table.delete(order));
      return kept.map(([at, record]) => [at, table.put(at.order === null ? record : { ...record, order: at.order })]);
    });
    added.forEach(([at, request]) => {
      at.order = request.result;
    });
    gone.forEach(([at]) => {
      at.order = null;
    });
  }

  async #sealed(content) {
    if (this.#emptied) throw new Error("Somebody has signed out.");
    const [{ mark, key }] = (await this.#opened()).keys;
    await this.#live();
    return { ...(await seal(key, mark, content)), page: this.#page };
  }

  /* Have the key at hand before the connection goes. */
  async prepare() {
    await this.#opened();
    await this.#live();
  }

  /* Take over what this person left for the trust that is open, where no living page looks after
     it: [{ slot, content }] of the entries that are `wanted`, in order. */
  async claim(wanted) {
    if (!(await records()).length) return [];
    const { keys } = await this.#opened();
    await this.#live();
    return navigator.locks.request(CLAIMING, async () => {
      const held = await navigator.locks.query();
      const living = new Set(held.held.map(({ name }) => name));
      const found = [];
      for (const record of await records()) {
        const key = keys.find(({ mark }) => mark === record.mark)?.key;
        const content = key && !living.has(lockOf(record.page)) ? await unseal(key, record) : null;
        if (content && wanted(content)) found.push({ record, content });
      }
      await this.#hand(found.map(({ record }) => record), this.#page);
      return found.map(({ record, content }) => ({ slot: slot(record.order), content }));
    });
  }

  /* Leave entries for whichever page comes next. */
  async release(slots) {
    const orders = slots.map(({ order }) => order);
    const left = (await records()).filter(({ order, page }) => orders.includes(order) && page === this.#page);
    await this.#hand(left, "");
  }

  async #hand(some, page) {
    if (some.length) await transact("readwrite", (table) => some.forEach((record) => table.put({ ...record, page })));
  }

  /* What waits on this device: `mine` to read, and how many more for which trust or person. */
  async waiting() {
    const all = await records();
    if (!all.length) return { mine: [], trusts: [], others: 0 };
    const { keys, places } = await this.#opened();
    const mine = [];
    const trusts = new Map();
    let others = 0;
    for (const record of all) {
      const key = keys.find(({ mark }) => mark === record.mark)?.key;
      const content = key && (await unseal(key, record));
      const trust = places[record.mark];
      if (content) mine.push({ slot: slot(record.order), content });
      else if (trust && !key) trusts.set(trust, (trusts.get(trust) ?? 0) + 1);
      else others += 1;
    }
    return { mine, trusts: [...trusts], others };
  }

  /* The lock that says this page is here; it goes with the page, however that ends. */
  #live() {
    this.#living ??= new Promise((resolve, reject) => {
      const forever = () => {
        resolve();
        return new Promise(() => {});
      };
      navigator.locks.request(lockOf(this.#page), forever).catch(reject);
    });
    return this.#living;
  }

  #opened() {
    this.#keys ??= this.#asked().catch((error) => {
      this.#keys = null;
      throw error;
    });
    return this.#keys;
  }

  async #asked() {
    const response = await fetch(this.#address, { redirect: "manual", signal: AbortSignal.timeout(LONGEST_WAIT) });
    if (!response.ok) throw new Error("The server hands out no key.");
    const { person, trust, keys, places } = await response.json();
    const whose = this.#whose;
    if (whose && (whose.person !== person || whose.trust !== trust)) throw new Error("The key is somebody else's.");
    return {
      keys: await Promise.all(keys.map(async ({ mark, key }) => ({ mark, key: await imported(key) }))),
      places,
    };
  }
}
