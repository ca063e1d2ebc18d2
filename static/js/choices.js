// Choices that the server offers anew, after another choice, come as a whole <select>. What the
// person chose while the reply was under way holds, if it is still offered; and a list that stays
// the same is not touched, so that nobody is interrupted who is choosing from it.

function offered(select) {
  return Array.from(select.options, (option) => [option.value, option.text]);
}

document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  const now = detail.target;
  const next = detail.fragment.querySelector("select");
  if (!next || now.tagName !== "SELECT") return;
  if (JSON.stringify(offered(now)) === JSON.stringify(offered(next))) {
    detail.shouldSwap = false;
  } else if (offered(next).some(([value]) => value === now.value)) {
    next.value = now.value;
  }
});
