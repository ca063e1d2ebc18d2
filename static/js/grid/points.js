/* The full list of a cell's points, as a listbox in a dialog. */
import { make } from "./dom.js";

const TYPING_PAUSE = 1000;

export class PointList {
  #dialog;
  #list;
  #points = [];
  #active = 0;
  #picked = null;
  #typed = "";
  #typedAt = 0;

  constructor(dialog) {
    this.#dialog = dialog;
    this.#list = dialog.querySelector("[role=listbox]");
    this.#list.addEventListener("keydown", (event) => this.#key(event));
    this.#list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.#pick(Number(option.dataset.index));
    });
  }

  /* Show the points; `picked(point)` hears of the one chosen, if any. */
  open(title, points, at, picked) {
    this.#points = points;
    this.#picked = picked;
    this.#typed = "";
    this.#dialog.querySelector("h2").textContent = title;
    this.#list.replaceChildren(
      ...points.map((point, index) =>
        make(
          "li",
          { role: "option", id: `point-${index}`, "data-index": index, "aria-selected": "false" },
          make("b", {}, point.code),
          make("span", {}, point.label),
        ),
      ),
    );
    this.#dialog.showModal();
    this.#move(Math.max(0, points.findIndex((point) => point.id === at)));
    this.#list.focus();
  }

  #move(index) {
    this.#list.children[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = Math.min(Math.max(index, 0), this.#points.length - 1);
    const option = this.#list.children[this.#active];
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.#list.setAttribute("aria-activedescendant", option.id);
  }

  #pick(index) {
    this.#dialog.close();
    this.#picked(this.#points[index]);
  }

  #key(event) {
    const moves = {
      ArrowDown: this.#active + 1,
      ArrowUp: this.#active - 1,
      Home: 0,
      End: this.#points.length - 1,
    };
    if (event.key in moves) this.#move(moves[event.key]);
    else if (event.key === "Enter" || (event.key === " " && !this.#typing(event))) this.#pick(this.#active);
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) this.#type(event);
    else return;
    event.preventDefault();
  }

  #typing(event) {
    return this.#typed !== "" && event.timeStamp - this.#typedAt < TYPING_PAUSE;
  }

  /* Letters and digits typed in one go are the beginning of a code. */
  #type(event) {
    this.#typed = (this.#typing(event) ? this.#typed : "") + event.key.toLowerCase();
    this.#typedAt = event.timeStamp;
    const found = this.#points.findIndex((point) => point.code.toLowerCase().startsWith(this.#typed));
    if (found !== -1) this.#move(found);
  }
}
