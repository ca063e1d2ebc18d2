/* On any page: send what earlier pages have left in the outbox, and say so in a line. */
import { make } from "../grid/dom.js";
import { Outbox } from "./outbox.js";
import { post } from "./post.js";
import { Sender } from "./sender.js";
import { records } from "./store.js";

const FIRST_PAUSE = 2000;
const LONGEST_PAUSE = 60_000;

// The grid looks after the choices of its own class and term.
const grid = document.getElementById("grid-data");
const here = grid ? JSON.parse(grid.textContent).save : null;

const outbox = new Outbox(document.body.dataset.outbox);
const line = make("div", { className: "outbox", role: "status", hidden: true });
let pause = FIRST_PAUSE;
let timer = null;
let saved = 0;
let sending = false;

function judgements(count) {
  return count === 1 ? "1 judgement" : `${count} judgements`;
}

/* What is well and what is not, each in a box of its own. */
function say(well, amiss = []) {
  const parts = [];
  if (well.length) parts.push(make("div", { className: "message" }, ...well));
  if (amiss.length) parts.push(make("div", { className: "message undecided" }, ...amiss));
  if (!line.isConnected && parts.length) document.getElementById("main").prepend(line);
  line.hidden = !parts.length;
  line.replaceChildren(...parts);
}

/* What waits for a decision, by the page on which it is taken. */
function decisions(held) {
  const pages = new Map();
  for (const each of held) pages.set(each.content.page, [...(pages.get(each.content.page) ?? []), each]);
  return [...pages].flatMap(([page, kept]) => [
    make(
      "p",
      {},
      `${judgements(kept.length)} of this device ${kept.length === 1 ? "needs" : "need"} your decision: open `,
      make("a", { href: page }, kept[0].content.where),
    ),
    make(
      "details",
      {},
      make("summary", {}, "Show what they are"),
      make("ul", {}, ...kept.map((each) => decision(each))),
    ),
  ]);
}

function decision({ slot, content }) {
  const chosen = content.code ? `${content.name}, ${content.code}` : `${content.name}, taken back`;
  const discard = async () => {
    await outbox.write([{ slot, content: null }]);
    report();
  };
  return make(
    "li",
    {},
    `${chosen}: ${content.held} `,
    make("button", { type: "button", className: "button", "aria-label": `Discard ${chosen}`, onclick: discard }, "Discard"),
  );
}

async function report(trouble = "") {
  const { mine, trusts, others } = await outbox.waiting();
  const elsewhere = mine.filter(({ content }) => content.save !== here);
  const held = elsewhere.filter(({ content }) => content.held);
  const waiting = elsewhere.length - held.length;
  const well = [];
  const parts = [];
  if (saved) well.push(make("p", {}, `${judgements(saved)} of this device ${saved === 1 ? "is" : "are"} saved now.`));
  if (waiting && trouble) parts.push(make("p", {}, `${judgements(waiting)} of this device ${waiting === 1 ? "is" : "are"} not saved yet. ${trouble}`));
  parts.push(...decisions(held));
  for (const [trust, count] of trusts) {
    parts.push(make("p", {}, `${judgements(count)} of this device ${count === 1 ? "waits" : "wait"} until ${trust} is open.`));
  }
  if (others && well.length + parts.length) {
    parts.push(make("p", {}, `${judgements(others)} of someone else ${others === 1 ? "waits" : "wait"} on this device too.`));
  }
  say(well, parts);
}

/* The counts that this page shows are of before: look at it once more and take them from there. */
async function recount() {
  const shown = [...document.querySelectorAll("[data-count]")];
  if (!shown.length) return;
  try {
    const response = await fetch(window.location.href, { redirect: "error" });
    if (!response.ok) return;
    const anew = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const each of shown) {
      const now = anew.querySelector(`[data-count="${each.dataset.count}"]`);
      if (now) each.replaceChildren(...now.childNodes);
    }
  } catch {
    // Without a connection they stay as they are; the next page has them right.
  }
}

/* One attempt at everything that nobody looks after. */
async function round() {
  if (sending || !(await records()).length) return;
  sending = true;
  clearTimeout(timer);
  timer = null;
  try {
    const found = await outbox.claim(({ save, held }) => save !== here && !held);
    if (found.length) say([make("p", {}, `${judgements(found.length)} of this device ${found.length === 1 ? "is" : "are"} being saved.`)]);
    const before = saved;
    const sender = await sent(found);
    await sender.hold();
    await outbox.release(sender.stop().map(({ slot }) => slot));
    if (sender.trouble) wait();
    else pause = FIRST_PAUSE;
    await report(words(sender.trouble));
    if (saved > before) await recount();
  } catch {
    // No key without a connection, or for nobody.
    wait();
  }
  sending = false;
}

function words(trouble) {
  if (!trouble) return "";
  if (trouble.reason === "connection" || trouble.reason === "server") return "Trying again.";
  return trouble.words || "Sign in again to save them.";
}

/* Send them all; end when none is left to send, or the first one has to wait. */
function sent(found) {
  return new Promise((resolve) => {
    const sender = new Sender(outbox, post, (_key, answer) => {
      if (answer?.result === "saved" || answer?.result === "superseded") saved += 1;
      if (answer && (sender.trouble || sender.unsaved === sender.conflicts.length)) resolve(sender);
    });
    sender.restore(found);
    if (!found.length) resolve(sender);
  });
}

function wait() {
  timer = setTimeout(round, pause);
  pause = Math.min(LONGEST_PAUSE, pause * 2);
}

window.addEventListener("online", round);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && timer !== null) round();
});
round();
