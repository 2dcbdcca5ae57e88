// @ts-check
/* A field that searches as one types, by keyboard alone: arrows, Enter, Escape (ARIA combobox with a listbox).
   Words come from data-* of the box; what is taken is told by a « combo:take » event. Toubib, EUPL-1.2 */
import { post } from "../ui/http.js";

const PAUSE = 150;
let boxes = 0;

/** @typedef {{value: string, label: string, hint?: string, refused?: string} & Record<string, unknown>} Found */

export class Combo {
  /** @param {HTMLElement} box */
  constructor(box) {
    this.box = box;
    this.input = /** @type {HTMLInputElement} */ (box.querySelector("input:not([type=hidden])"));
    this.list = /** @type {HTMLUListElement} */ (box.querySelector("[data-combo-list]"));
    this.list.id ||= `combo-${++boxes}`;
    /** @type {Found[]} */ this.found = [];
    this.at = -1;
    this.asked = 0;
    this.timer = 0;
    this.#dress();
    this.input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.ask(), PAUSE);
    });
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => {
      const option = event.target instanceof Element ? event.target.closest("[role=option]") : null;
      event.preventDefault();
      if (option) this.take([...this.list.children].indexOf(option));
    });
  }

  #dress() {
    const told = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(told)) this.input.setAttribute(name, value);
    this.list.setAttribute("role", "listbox");
    const label = this.input.labels?.[0]?.textContent?.trim();
    if (label) this.list.setAttribute("aria-label", label);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const open = !this.list.hidden;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) {
      event.preventDefault();
      if (open && this.found.length) this.#point(this.at + moves[/** @type {"ArrowDown" | "ArrowUp"} */ (event.key)]);
      else this.ask();
    } else if (event.key === "Enter" && open) {
      event.preventDefault(); // the first Enter points at the best answer, the next one takes it
      if (this.at >= 0) this.take(this.at);
      else this.#point(0);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  async ask() {
    const mine = ++this.asked;
    const words = this.input.value.trim();
    if (!words || !this.box.dataset.url) return this.close();
    const answer = await post(this.box.dataset.url, new URLSearchParams({ q: words })).catch(() => null);
    if (!answer?.ok || mine !== this.asked || document.activeElement !== this.input) return;
    this.found = (await answer.json()).found;
    this.list.replaceChildren(...this.found.map((one, place) => this.#option(one, place)));
    this.list.hidden = this.found.length === 0;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.at = -1;
    this.input.removeAttribute("aria-activedescendant");
    const said = this.found.length ? this.box.dataset.found?.replace("{n}", String(this.found.length)) : this.box.dataset.none;
    document.dispatchEvent(new CustomEvent("toubib:say", { detail: { text: said ?? "" } }));
  }

  /** @param {Found} one @param {number} place */
  #option(one, place) {
    const option = document.createElement("li");
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.id = `${this.list.id}-${place}`;
    const label = document.createElement("span");
    label.textContent = one.label;
    option.append(label);
    for (const more of [one.hint, one.refused]) {
      if (!more) continue;
      const small = document.createElement("span");
      small.className = more === one.refused ? "small refused" : "small soft";
      small.textContent = more;
      option.append(small);
    }
    return option;
  }

  /** @param {number} place */
  #point(place) {
    const options = [...this.list.children];
    this.at = (place + options.length) % options.length;
    for (const [number, option] of options.entries()) option.setAttribute("aria-selected", String(number === this.at));
    this.input.setAttribute("aria-activedescendant", options[this.at].id);
    options[this.at].scrollIntoView({ block: "nearest" });
  }

  /** @param {number} place */
  take(place) {
    const one = this.found[place];
    if (!one) return;
    this.input.value = one.value;
    this.close();
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
    this.box.dispatchEvent(new CustomEvent("combo:take", { detail: one, bubbles: true }));
    clearTimeout(this.timer);
  }

  close() {
    this.asked += 1;
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.at = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

/** Dress every box of the page, and those that come with a part of it. */
export function dressCombos() {
  for (const box of document.querySelectorAll("[data-combo]:not([data-dressed])")) {
    /** @type {HTMLElement} */ (box).dataset.dressed = "1";
    new Combo(/** @type {HTMLElement} */ (box));
  }
}
dressCombos();
document.addEventListener("htmx:afterSettle", dressCombos);
document.addEventListener("toubib:refreshed", dressCombos);
