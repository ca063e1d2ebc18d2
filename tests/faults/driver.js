/* In the page of a grid: makes choices as keys do, and writes down all that the page shows. */
window.driver = (() => {
  const SIGN_IN = /signed out|out of date/;
  const shown = [];
  const decided = [];
  const twice = new Set();
  let doubled = 0;

  // A save in flight twice at once, as a nervous proxy or a double click sends it.
  const send = window.fetch.bind(window);
  window.fetch = (address, options) => {
    const body = options?.body ? JSON.parse(options.body) : {};
    if (twice.delete(`${body.pupil} ${body.strand} ${body.point}`)) {
      doubled += 1;
      send(address, options).catch(() => {});
    }
    return send(address, options);
  };

  const body = () => document.querySelector(".grid tbody");
  const box = (row, column) => body().rows[row].cells[column + 1];
  const dialog = () => document.getElementById("conflict");

  function look(td) {
    const fate = td.querySelector(".fate")?.textContent ?? "";
    const code = td.querySelector("b")?.textContent ?? "";
    shown.push([td.parentElement.sectionRowIndex, td.cellIndex - 1, code, fate]);
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (!body()) return;
    dialog().addEventListener("click", ({ target }) => {
      if (!target.dataset.keep) return;
      const said = (whose) => dialog().querySelector(`[data-keep=${whose}]`).textContent;
      decided.push([dialog().querySelector("h2").textContent, said("theirs"), said("mine"), target.dataset.keep]);
    }, { capture: true });
    new MutationObserver((changes) => {
      const boxes = new Set(changes.map(({ target }) => (target.nodeType === 1 ? target : target.parentElement)?.closest("td")));
      for (const td of boxes) if (td?.isConnected) look(td);
    }).observe(body(), { childList: true, subtree: true, characterData: true });
  });

  async function settle(mine) {
    while (dialog().open) {
      dialog().querySelector(`[data-keep=${mine ? "mine" : "theirs"}]`).click();
      await new Promise((resolve) => setTimeout(resolve));
    }
  }

  function press(row, column, key) {
    box(row, column).dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
    box(row, column).focus();
    box(row, column).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  }

  function state() {
    const notes = [...body().querySelectorAll(".fate")].map((fate) => fate.textContent);
    return {
      pending: notes.filter((note) => /saving|waiting|conflict/.test(note)).length,
      refused: notes.filter((note) => note === "refused").length,
      status: document.querySelector(".status").textContent,
      doubled,
    };
  }

  return {
    /* Steps: [row, column, key, mine, twice]; `mine` decides what conflicts come up before. */
    async play(steps) {
      for (const [row, column, key, mine, again] of steps) {
        await settle(mine);
        if (again) twice.add(again);
        press(row, column, key);
      }
      return state();
    },
    async decide(mine) {
      await settle(mine);
      return state();
    },
    /* Wait until there is something to do for somebody who waits for fewer than `below` cells
       under way; look up at least every few seconds. */
    async stirs(below) {
      const until = performance.now() + 5000;
      while (performance.now() < until) {
        const { pending, status } = state();
        if (pending < below || dialog().open || SIGN_IN.test(status)) return;
        await new Promise(requestAnimationFrame);
      }
    },
    /* Somebody has signed in again and looks at the page. */
    async back() {
      document.dispatchEvent(new Event("visibilitychange"));
      while (SIGN_IN.test(state().status)) await new Promise(requestAnimationFrame);
    },
    log: () => ({ shown, decided, doubled }),
  };
})();
