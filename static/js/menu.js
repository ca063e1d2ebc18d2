// The bar at the top. Its entries reach over the edge of a phone: the open one is brought into
// sight. And a menu made of <details> closes as menus do: with Escape, or by a click elsewhere.

const here = document.querySelector(".bar .often [aria-current]");
if (here) {
  const nav = here.parentElement;
  nav.scrollLeft = here.offsetLeft - nav.offsetLeft - (nav.clientWidth - here.offsetWidth) / 2;
}

function close(menu, { refocus = false } = {}) {
  menu.open = false;
  if (refocus) menu.querySelector("summary").focus();
}

document.addEventListener("keydown", (event) => {
  const menu = document.querySelector("details.me[open]");
  if (menu && event.key === "Escape") close(menu, { refocus: true });
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.me[open]")) {
    if (!menu.contains(event.target)) close(menu);
  }
});
