/* What the page says of its saves: a line to read, and the same for screen readers, sparingly. */
import { make } from "./dom.js";

export class Status {
  #model;
  #saves;
  #line = document.querySelector(".status");
  #live = make("p", { className: "unseen", role: "status" });
  #ways = {
    "signed out": [document.getElementById("sign-in").href, "Sign in in another tab"],
    "another trust": [document.getElementById("change-trust").href, "Change trust in another tab"],
  };
  #latest = 0;
  #words = "";
  #troubled = false;
  #began = false;

  constructor(model, saves) {
    this.#model = model;
    this.#saves = saves;
    this.#line.after(this.#live);
  }

  /* The class's count, from the answer to the latest save: answers may overtake each other. */
  progress({ version = 0, progress }) {
    if (version < this.#latest) return;
    this.#latest = version;
    document.querySelector("[data-part=judged]").textContent = `${progress.judged} of ${progress.due}`;
    document.querySelector("[data-part=left]").textContent = progress.left;
    document.querySelector(".meter progress").value = progress.judged;
  }

  /* A hint about a key, gone with the next key. */
  say(words) {
    if (words === this.#words) return;
    this.#words = words;
    this.update();
  }

  update() {
    const { failed, unsaved, conflicts, trouble, refusals } = this.#saves;
    const parts = refusals.map(({ place, words }) => `${this.#model.name(place)} was not saved. ${words} `);
    if (this.#words) parts.push(`${this.#words} `);
    const way = this.#ways[trouble?.reason];
    if (failed && way) {
      const [href, label] = way;
      parts.push(
        `${trouble.words || "You are signed out."} ${choices(unsaved)} kept on this page. `,
        make("a", { href, target: "_blank", rel: "noopener" }, label),
        " and they are saved by themselves.",
      );
    } else if (failed) {
      parts.push(`${unsaved} not saved yet; trying again.`);
    } else if (conflicts) {
      parts.push("Someone else saved there too: choose which stands.");
    } else if (unsaved) {
      parts.push("Saving.");
    } else if (this.#began) {
      parts.push("All saved.");
    }
    this.#began ||= unsaved > 0;
    this.#line.classList.toggle("trouble", failed + refusals.length > 0);
    this.#line.replaceChildren(...parts);
    this.#announce(failed > 0 || refusals.length > 0 || this.#words !== "", unsaved);
  }

  /* Screen readers hear of trouble and of its end, not of each save. */
  #announce(worthIt, unsaved) {
    if (worthIt) {
      this.#tell(this.#line.textContent);
      this.#troubled = true;
    } else if (!unsaved && this.#troubled) {
      this.#tell(this.#line.textContent);
      this.#troubled = false;
    }
  }

  #tell(words) {
    if (this.#live.textContent !== words) this.#live.textContent = words;
  }
}

function choices(count) {
  return count === 1 ? "1 choice is" : `${count} choices are`;
}
