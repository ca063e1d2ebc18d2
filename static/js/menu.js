// A menu made of <details> closes as menus do: with Escape, or by a click elsewhere.

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
