// The editor of termly targets: words of the bank go into the form that is open, what was not
// saved is said, and the keyboard stands where the page has just changed.

// Without JavaScript the bank's form opens a new one with its words.
document.addEventListener("submit", (event) => {
  const chosen = event.target.closest("[data-fill]");
  const walt = document.getElementById("id_walt");
  if (!chosen || !walt) return;
  event.preventDefault();
  event.stopPropagation();
  const fields = [[walt, chosen.dataset.walt], [document.getElementById("id_wilf"), chosen.dataset.wilf]];
  if (!chosen.dataset.asked && fields.some(([area, words]) => wouldGo(area, words))) return ask(chosen);
  ask(null);
  for (const [area, words] of fields) {
    area.value = area.dataset.banked = words;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  walt.focus();
}, { capture: true });

// Whether words that a person typed or was offered would be lost; those of the bank can be found again.
function wouldGo(area, words) {
  return area.value.trim() && area.value !== words && area.value !== area.dataset.banked;
}

// What stands in the form goes only when the same button is pressed again; one asks at a time.
function ask(chosen) {
  for (const form of document.querySelectorAll("[data-asked]")) {
    delete form.dataset.asked;
    form.querySelector("[role=alert]").remove();
    form.querySelector("button").firstChild.data = "Use these words";
  }
  if (!chosen) return;
  chosen.dataset.asked = "yes";
  const said = document.createElement("p");
  said.className = "soft";
  said.setAttribute("role", "alert");
  said.textContent = "The form has words already.";
  const button = chosen.querySelector("button");
  button.before(said);
  button.firstChild.data = "Replace them";
}

function notSaved(words) {
  const messages = document.querySelector(".messages");
  const said = document.createElement("p");
  said.className = "message error";
  said.tabIndex = -1;
  said.textContent = words;
  messages.replaceChildren(said);
  said.focus();
}

document.addEventListener("htmx:sendError", () => {
  notSaved("There is no connection, so nothing was saved. What is typed is still here; try again in a moment.");
});
document.addEventListener("htmx:responseError", ({ detail }) => {
  const gone = detail.xhr.status === 404;
  notSaved(gone
    ? "This is not there any more, so nothing was saved. Load the page again to see what is."
    : "This did not work, so nothing was saved. What is typed is still here. Load the page in another tab to see whether you are still signed in.");
});

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target?.id !== "main" && detail.elt?.id !== "main") return;
  const main = document.getElementById("main");
  if (main.querySelector("[autofocus]")) return;
  const said = main.querySelector(".messages .message");
  if (!said) return;
  said.tabIndex = -1;
  said.focus();
});
