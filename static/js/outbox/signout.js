/* Signing out takes away what this browser keeps; with something unsaved in it, it says so first. */
import { make } from "../grid/dom.js";
import { empty } from "./outbox.js";
import { records } from "./store.js";

/* The words before the buttons, and what the one button is called that goes on. */
async function ask(words, go) {
  const dialog = make("dialog", { className: "sheet leaving", id: "leaving", "aria-labelledby": "leaving-name" });
  dialog.append(
    make("h2", { id: "leaving-name" }, words[0]),
    ...words.slice(1).map((each) => make("p", {}, each)),
    make(
      "form",
      { method: "dialog", className: "row" },
      make("button", { className: "button main", value: "stay" }, go ? "Stay signed in" : "Close"),
      go ? make("button", { className: "button", value: "go" }, go) : null,
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  dialog.remove();
  return dialog.returnValue === "go";
}

function judgements(count) {
  return count === 1 ? "1 judgement on this device is" : `${count} judgements on this device are`;
}

async function reachable(address) {
  try {
    await fetch(address, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(5000) });
    return true;
  } catch {
    return false;
  }
}

async function signOut(form) {
  const count = (await records()).length;
  if (count) {
    const words = [`${judgements(count)} not saved yet.`, "Connect and wait, or sign out and lose them."];
    if (!(await ask(words, "Sign out and lose them"))) return;
    if (!(await reachable(form.action))) {
      await ask(["You are still signed in.", "Signing out takes a connection, and there is none. Nothing was lost."], "");
      return;
    }
  }
  // The grid would ask once more.
  window.addEventListener("beforeunload", (event) => event.stopImmediatePropagation(), { capture: true });
  await empty();
  form.submit();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-signs-out]")) return;
  event.preventDefault();
  // A browser that refuses its storage has kept nothing; signing out must work all the same.
  signOut(form).catch(() => form.submit());
});
