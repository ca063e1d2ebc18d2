/* Where entries wait on this device: one IndexedDB table, of sealed records only. */

const NAME = "parrcs-outbox";
const TABLE = "waiting";

let opening = null;

/* Look without making anything: a browser that keeps nothing shall hold nothing. */
export async function exists() {
  if (!indexedDB.databases) return true;
  return (await indexedDB.databases()).some(({ name }) => name === NAME);
}

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(TABLE, { keyPath: "order", autoIncrement: true });
    };
    request.onsuccess = () => {
      const database = request.result;
      // Signing out, here or in another tab, takes it away.
      database.onclose = () => {
        opening = null;
      };
      database.onversionchange = () => {
        opening = null;
        database.close();
      };
      resolve(database);
    };
    request.onerror = () => {
      opening = null;
      reject(request.error);
    };
  });
  return opening;
}

/* Run `work(table)` in one transaction: all of it is done, or none. Written means on the disk,
   as a tablet may run out of power. */
export async function transact(mode, work) {
  for (let again = true; ; again = false) {
    const database = await open();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(TABLE, mode, { durability: "strict" });
        transaction.oncomplete = () => resolve(result);
        transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
        const result = work(transaction.objectStore(TABLE));
      });
    } catch (error) {
      // The connection was closed since.
      if (!again || error?.name !== "InvalidStateError") throw error;
      opening = null;
    }
  }
}

/* All records, in the order in which they were made. */
export async function records() {
  if (!(await exists())) return [];
  return (await transact("readonly", (table) => table.getAll())).result;
}

export async function clear() {
  if (!(await exists())) return;
  await transact("readwrite", (table) => table.clear());
  const database = await open();
  opening = null;
  database.close();
  await new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(NAME);
    // Empty it is already; another tab may still have to let go of it.
    request.onsuccess = request.onerror = request.onblocked = resolve;
  });
}
