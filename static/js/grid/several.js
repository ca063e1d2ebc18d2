/* Many cells at once: fill down and copy forward, each shown before it is done. */
import { make } from "./dom.js";

/* So many lines say enough; the rest is a number. */
const MOST_LINES = 40;

export class SeveralDialog {
  #dialog;
  #ways = [];
  #done;

  /* `done(way)` hears of the way chosen, if any. */
  constructor(dialog, done) {
    this.#dialog = dialog;
    this.#done = done;
    dialog.addEventListener("click", (event) => {
      const { way } = event.target.dataset;
      if (way === undefined) return;
      dialog.close();
      this.#done(this.#ways[Number(way)]);
    });
  }

  /* A way is { label, lines, changes, kept }: the button that does it, what it would do, and what
     it would leave as it is. */
  open(title, words, ways) {
    this.#ways = ways;
    const dialog = this.#dialog;
    dialog.querySelector("h2").textContent = title;
    dialog.querySelector("#several-words").textContent = words;
    dialog.querySelector(".ways").replaceChildren(...ways.map(this.#way));
    dialog.showModal();
    // Not on a button: what is shown comes first.
    dialog.querySelector("h2").focus();
  }

  #way = ({ label, lines, changes, kept = [] }, index) => {
    const rest = lines.length - MOST_LINES;
    return make(
      "section",
      {},
      // It may scroll, so that keys have to reach it.
      make("ul", { tabIndex: 0, role: "list", "aria-label": label }, ...lines.slice(0, MOST_LINES).map((line) => make("li", {}, line))),
      kept.length ? make("p", { className: "soft" }, `Judged already, and left as they are: ${kept.join("; ")}.`) : "",
      rest > 0 ? make("p", { className: "soft" }, `and ${rest} more`) : "",
      make(
        "button",
        { type: "button", className: index ? "button" : "button main", "data-way": index, disabled: !changes.length },
        label,
      ),
    );
  };
}

export function cells(count) {
  return count === 1 ? "1 cell" : `${count} cells`;
}
