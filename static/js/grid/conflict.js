/* Two people chose differently for one cell: both values are shown, and this one decides. */

export class ConflictDialog {
  #dialog;
  #settle = null;

  constructor(dialog) {
    this.#dialog = dialog;
    dialog.addEventListener("click", (event) => {
      const { keep } = event.target.dataset;
      if (!keep) return;
      this.#decide(keep === "mine");
      dialog.close();
    });
    // Escape: what stands in the database stays. The event comes late, when the next conflict
    // may be showing already.
    dialog.addEventListener("close", () => {
      if (!dialog.open) this.#decide(false);
    });
  }

  get isOpen() {
    return this.#dialog.open;
  }

  /* `theirs` and `mine` are codes, empty for nothing judged; `settle(mine)` hears the decision. */
  open({ title, words, theirs, mine, settle }) {
    const dialog = this.#dialog;
    this.#settle = settle;
    dialog.querySelector("h2").textContent = title;
    dialog.querySelector("#conflict-words").textContent =
      `${mine ? `You chose ${mine}.` : "You took the judgement back."} ${words}`;
    dialog.querySelector("[data-keep=theirs]").textContent = theirs ? `Keep ${theirs}` : "Leave it not judged";
    dialog.querySelector("[data-keep=mine]").textContent = mine ? `Save ${mine}` : "Take it back";
    dialog.showModal();
    // Not on a button: someone typing fast must not decide by a key meant for the next cell.
    dialog.querySelector("h2").focus();
  }

  #decide(mine) {
    const settle = this.#settle;
    this.#settle = null;
    settle?.(mine);
  }
}
