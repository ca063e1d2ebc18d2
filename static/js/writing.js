// The comments of a report are saved as they are written: a moment after the last key, on leaving
// the box, and when the connection is back. What is not saved stays in its box, and says so.
// The server decides; without this module the form works as any form does.

const QUIET = 2000; // after the last key
const AGAIN = [5000, 10000, 20000, 30000]; // after a save that did not arrive
const LONGEST_WAIT = 20000;
const PATIENCE = 2000; // until a link is followed all the same

const TROUBLE = {
  connection: "Not saved yet: no connection. It tries again by itself.",
  server: "Not saved yet: the server could not do it just now. It tries again by itself.",
  out: "Not saved yet: you are signed out. Sign in again in another tab; these words stay here and are saved then.",
  date: "Not saved yet: this page is out of date, or you may no longer write here. Open it anew in another tab.",
  gone: "Not saved: this report is not within your reach any more. Copy your words before you leave.",
};

// Read each time: signing in again in another tab changes it.
function token() {
  const cookie = document.cookie.split("; ").find((each) => each.startsWith("csrftoken="));
  return cookie ? cookie.slice("csrftoken=".length) : "";
}

// As the server keeps a text.
function kept(text) {
  return text.replace(/\r\n?/g, "\n").trim();
}

async function post(address, text, version) {
  try {
    const response = await fetch(address, {
      method: "POST",
      redirect: "manual",
      keepalive: true,
      headers: { Accept: "application/json", "X-CSRFToken": token() },
      body: new URLSearchParams({ text, base_version: version }),
      signal: AbortSignal.timeout(LONGEST_WAIT),
    });
    if (response.type === "opaqueredirect") return { trouble: "out" };
    if (response.headers.get("Content-Type")?.startsWith("application/json")) return await response.json();
    if (response.status === 403) return { trouble: "date" };
    return { trouble: response.status === 404 ? "gone" : "server" };
  } catch {
    return { trouble: "connection" };
  }
}

class Comment {
  #root;
  #form;
  #area;
  #saved; // the words that the server has; null: none of these
  #unanswered = new Set(); // words that were sent, and nobody said what became of them
  #theirs = null; // another editor's, until one decides
  #sending = null; // the save that is under way
  #asked = false; // for another save, while one was under way
  #refused = null;
  #timer = 0;
  #tries = 0;

  constructor(root) {
    this.#root = root;
    this.#form = root.querySelector("form");
    this.#area = root.querySelector("textarea");
    const conflict = this.#part("conflict");
    this.#saved = "unsaved" in root.dataset ? null : kept(this.#area.defaultValue);
    if (!conflict.hidden) this.#theirs = { text: this.#part("theirs").textContent, version: this.#version };
    this.#area.addEventListener("input", () => this.#typed());
    this.#area.addEventListener("blur", () => this.save());
    this.#form.addEventListener("submit", (event) => this.#submitted(event));
    this.#part("take").addEventListener("click", (event) => this.#take(event));
    this.#part("take").addEventListener("keydown", (event) => event.key === " " && this.#take(event));
  }

  get waits() {
    return kept(this.#area.value) !== this.#saved;
  }

  get #version() {
    return this.#form.elements.base_version.value;
  }

  set #version(number) {
    this.#form.elements.base_version.value = number;
  }

  #part(name) {
    return this.#root.querySelector(`[data-part="${name}"]`);
  }

  #say(words, kind = "waiting") {
    const state = this.#part("state");
    state.className = `state ${kind}`;
    // Said once: a screen reader would read the same words again with each key.
    if (state.textContent !== words) state.textContent = words;
  }

  #soon(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), wait);
  }

  #typed() {
    if (this.#theirs) return;
    const over = Array.from(kept(this.#area.value)).length - Number(this.#area.dataset.longest);
    if (over > 0) {
      clearTimeout(this.#timer);
      return this.#say(`Not saved: ${over} characters too many of ${this.#area.dataset.longest}.`, "conflict");
    }
    if (!this.waits) {
      clearTimeout(this.#timer);
      return this.#sending || this.#say("All of it is saved.", "");
    }
    if (!this.#tries) this.#say("Not saved yet.");
    this.#soon(QUIET);
  }

  /* Save what waits; one save at a time, and then what was typed meanwhile. */
  save() {
    const text = kept(this.#area.value);
    this.#asked = Boolean(this.#sending);
    if (this.#sending || this.#theirs || !this.waits || text === this.#refused) return this.#sending;
    this.#sending = this.#send(text);
    return this.#sending;
  }

  async #send(text) {
    clearTimeout(this.#timer);
    this.#unanswered.add(text);
    const answer = await post(this.#form.action, text, this.#version);
    this.#sending = null;
    if (answer.trouble) return this.#later(answer.trouble);
    this.#tries = 0;
    if (answer.result === "conflict") return this.#conflict(answer);
    this.#unanswered.clear();
    if (answer.result === "refused") {
      this.#refused = text;
      return this.#say(`Not saved: ${answer.words}`, "conflict");
    }
    this.#saved = text;
    this.#version = answer.version;
    this.#part("reading").textContent = answer.reading;
    if (this.waits) return this.#typed();
    this.#say(answer.words, "");
  }

  #later(trouble) {
    this.#say(TROUBLE[trouble]);
    if (trouble === "gone") return;
    // The connection may have come back while this one failed: that is not told twice.
    this.#soon(this.#asked ? 0 : AGAIN[Math.min(this.#tries, AGAIN.length - 1)]);
    this.#asked = false;
    this.#tries += 1;
  }

  #conflict({ theirs, version, words }) {
    // One's own words, of a save whose answer was lost: they are no other editor's.
    if (this.#unanswered.has(theirs)) {
      this.#unanswered.clear();
      this.#saved = theirs;
      this.#version = version;
      return this.save();
    }
    this.#unanswered.clear();
    this.#theirs = { text: theirs, version };
    this.#part("who").textContent = words;
    this.#part("theirs").textContent = theirs || "They took all words away.";
    this.#part("conflict").hidden = false;
    this.#say("Not saved yet: somebody else has saved other words. Choose which stay.", "conflict");
  }

  #submitted(event) {
    event.preventDefault();
    const { submitter } = event;
    if (submitter?.name === "use") return this.#use();
    if (this.#theirs && submitter?.name !== "keep") return this.#part("conflict").querySelector("button").focus();
    if (this.#theirs) {
      this.#version = this.#theirs.version;
      this.#saved = kept(this.#theirs.text);
      this.#decided();
    }
    this.#refused = null;
    if (this.waits) return this.save();
    if (!this.#sending) this.#say("All of it is saved.", "");
  }

  #take(event) {
    event.preventDefault();
    if (!this.#theirs) return;
    this.#version = this.#theirs.version;
    this.#saved = kept(this.#theirs.text);
    this.#area.value = this.#theirs.text;
    this.#decided();
    this.#say("Theirs stand now.", "");
  }

  #decided() {
    this.#theirs = null;
    this.#part("conflict").hidden = true;
    this.#area.focus();
  }

  #use() {
    const draft = this.#form.elements.draft.value;
    this.#area.value = [this.#area.value.trimEnd(), draft].filter(Boolean).join("\n\n");
    this.#area.focus();
    this.#area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

const comments = [...document.querySelectorAll("[data-writing]")].map((each) => new Comment(each));

function saveAll() {
  for (const each of comments) each.save();
}

addEventListener("online", saveAll);
addEventListener("focus", saveAll);
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && saveAll());
// Who follows a link right after the last word waits for the save, but not for long.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[href]");
  const elsewhere = link && link.pathname + link.search !== location.pathname + location.search;
  const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  const waiting = comments.filter((each) => each.waits);
  if (!elsewhere || !plain || link.target || event.defaultPrevented || !waiting.length) return;
  event.preventDefault();
  const saves = Promise.all(waiting.map((each) => each.save()));
  await Promise.race([saves, new Promise((settle) => setTimeout(settle, PATIENCE))]);
  location.assign(link.href);
});

addEventListener("beforeunload", (event) => {
  saveAll();
  if (comments.some((each) => each.waits)) event.preventDefault();
});
