/* Records that nobody can read without the key, which the server hands out to the person alone. */

/* Sizes tell nothing of what is inside. */
const BLOCK = 512;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/* Return a key for sealing and opening that no script can read again. */
export function imported(base64) {
  const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/* What must belong together: a record that was put under another mark does not open. */
function bound({ id, mark }) {
  return encoder.encode(`${mark} ${id}`);
}

export async function seal(key, mark, content) {
  const head = { id: crypto.randomUUID(), mark };
  const bytes = encoder.encode(JSON.stringify(content));
  const padded = new Uint8Array(Math.ceil(bytes.length / BLOCK) * BLOCK).fill(" ".charCodeAt(0));
  padded.set(bytes);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bound(head) }, key, padded);
  return { ...head, iv, sealed };
}

/* Return the content, or null when the record was not sealed with this key as it stands. */
export async function unseal(key, record) {
  const { iv, sealed } = record;
  try {
    const bytes = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: bound(record) }, key, sealed);
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return null;
  }
}
