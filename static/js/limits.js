// Says how much of a text fits, while it is typed. The server counts the same: without the blanks
// at both ends, a line end and an emoji as one character each. What is too long is not cut off.

const QUIET = 1000; // a moment after the last key before a screen reader is told
const NEAR = 30;

function fits(area) {
  const most = Number(area.dataset.most);
  const length = Array.from(area.value.trim()).length;
  return { length, most, left: most - length };
}

function counterOf(area) {
  const next = area.nextElementSibling;
  if (next?.matches(".count")) return next;
  const seen = document.createElement("p");
  seen.className = "soft count";
  seen.setAttribute("aria-hidden", "true");
  area.after(seen);
  return seen;
}

// Made once there is something to tell.
function tell(seen, words) {
  let said = seen.nextElementSibling;
  if (!said?.matches(".left")) {
    if (!words) return;
    said = document.createElement("p");
    said.className = "unseen left";
    said.setAttribute("role", "status");
    seen.after(said);
  }
  said.textContent = words;
}

function show(area) {
  const { length, most, left } = fits(area);
  const seen = counterOf(area);
  seen.textContent = left < 0 ? `${-left} too many of ${most} characters` : `${length} of ${most} characters`;
  seen.classList.toggle("over", left < 0);
  clearTimeout(area.telling);
  if (document.activeElement !== area) return;
  area.telling = setTimeout(() => {
    const words = left < 0 ? `${-left} characters too many` : `${left} characters left`;
    tell(seen, left < NEAR ? words : "");
  }, QUIET);
}

function showAll(root) {
  for (const area of root.querySelectorAll("textarea[data-most]")) show(area);
}

document.addEventListener("input", ({ target }) => {
  if (target.matches("textarea[data-most]")) show(target);
});
document.addEventListener("htmx:load", ({ detail }) => showAll(detail.elt));
showAll(document);
