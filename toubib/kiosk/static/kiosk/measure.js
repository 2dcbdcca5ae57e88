// @ts-check
/* One device after the other: its card, its live value, what went wrong in words. Real and virtual devices stand behind one
   boundary (ui/devices/source.js); the server judges what is kept. Toubib, EUPL-1.2 */
import { BluetoothSource } from "../ui/devices/bluetooth.js";
import { DeviceProblem } from "../ui/devices/source.js";
import { VirtualSource } from "../ui/devices/virtual.js";
import { post } from "../ui/http.js";
import { Texts } from "../ui/media/texts.js";

const WEAK_BATTERY = 10;
const bluetooth = new BluetoothSource();

class Panel {
  /** @param {HTMLElement} box */
  constructor(box) {
    this.box = box;
    this.texts = new Texts(box);
    /** @type {Card[]} */
    this.cards = [...box.querySelectorAll("[data-card]")].map((card) => new Card(this, /** @type {HTMLElement} */ (card)));
    for (const link of box.querySelectorAll("[data-open]")) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        const key = link.closest("[data-dev]")?.getAttribute("data-dev");
        this.open(this.cards.find((one) => one.key === key), true);
      });
    }
    document.addEventListener("toubib:unit", (event) => this.#lit(/** @type {CustomEvent} */ (event).detail));
    this.open(this.cards.find((one) => one.card.hasAttribute("data-first")) ?? this.cards[0], false);
  }

  /** @param {string} words */
  say(words) {
    const place = this.box.querySelector("[data-say]");
    if (place) place.textContent = words;
  }

  /** @param {Card | undefined} card @param {boolean} go */
  open(card, go) {
    if (!card) return;
    for (const one of this.cards) one.show(one === card);
    if (!go) return;
    card.card.scrollIntoView({ block: "nearest" });
    card.card.focus({ preventScroll: true });
  }

  /** The next one that gave nothing yet. @param {Card} card @returns {Card | undefined} */
  after(card) {
    const rest = [...this.cards.slice(this.cards.indexOf(card) + 1), ...this.cards];
    return rest.find((one) => one !== card && !one.card.dataset.media && !one.done);
  }

  /** What leaves the page of measures; none in a call. @returns {HTMLElement | null} */
  get end() {
    return document.querySelector("[data-measures-end]");
  }

  /** One main button on the page: that of the open card; where it has none, leaving is. @param {Card} card */
  lead(card) {
    const mains = [...card.card.querySelectorAll(".button:not(.quiet)")];
    this.end?.classList.toggle("quiet", mains.some((one) => !one.closest("[hidden]")));
  }

  /** The next one, else the end. @param {Card} card */
  next(card) {
    const found = this.after(card);
    if (found) this.open(found, true);
    else this.end?.click();
  }

  /** What going on from this card is called; empty where there is nowhere to go. @param {Card} card */
  onward(card) {
    const found = this.after(card);
    if (!found) return this.end ? this.texts.get("finish") : "";
    const { number } = found.card.dataset;
    return this.texts.get("next", { which: number ? this.texts.get("number", { number }) : found.title });
  }

  /** The doctor asked for one by its number. @param {{number: number, on: boolean}} news */
  #lit({ number, on }) {
    const card = this.cards.find((one) => one.card.dataset.number === String(number));
    if (!card) return;
    card.light(on);
    if (!on) return;
    this.open(card, true);
    this.say(this.texts.get("asked", { title: card.title }));
  }
}

class Card {
  /** @param {Panel} panel @param {HTMLElement} card */
  constructor(panel, card) {
    this.panel = panel;
    this.card = card;
    this.key = card.dataset.card ?? "";
    this.kind = card.dataset.kind ?? "";
    this.title = (card.querySelector("h2")?.textContent ?? "").trim();
    this.source = "virtual" in card.dataset ? new VirtualSource() : bluetooth;
    this.done = Boolean(this.#part("live-value")?.textContent);
    this.good = this.done && !("off" in card.dataset);
    /** @type {AbortController | null} */
    this.running = null;
    if (!card.dataset.media) this.#wire();
  }

  /** @param {string} name @returns {HTMLElement | null} */
  #part(name) {
    return this.card.querySelector(`[data-${name}]`);
  }

  get dev() {
    return /** @type {HTMLElement | null} */ (this.panel.box.querySelector(`[data-dev="${this.key}"]`));
  }

  #wire() {
    this.source.offered().then((offered) => {
      if (offered) this.#part("real")?.removeAttribute("hidden");
      else /** @type {HTMLDetailsElement | null} */ (this.#part("typing"))?.setAttribute("open", "");
      if (!this.card.hidden) this.panel.lead(this);
    });
    this.#part("measure")?.addEventListener("click", () => this.measure(false));
    this.#part("other")?.addEventListener("click", () => this.measure(true));
    this.#part("stop")?.addEventListener("click", () => this.running?.abort());
    this.#part("next")?.addEventListener("click", () => this.panel.next(this));
    this.#part("pass")?.addEventListener("click", () => this.panel.next(this));
    this.#part("typed")?.addEventListener("submit", (event) => this.#typed(event));
    this.#part("lie")?.addEventListener("change", (event) => {
      const { value } = /** @type {HTMLSelectElement} */ (event.target);
      if (this.source instanceof VirtualSource) this.source.lie = /** @type {any} */ (value);
    });
  }

  /** @param {boolean} open */
  show(open) {
    this.card.hidden = !open;
    if (open && !this.card.dataset.media) this.#buttons();
    else if (open) this.panel.lead(this);
    this.card.classList.toggle("on", open);
    this.card.querySelector("[data-disc]")?.classList.toggle("you", open);
    const dev = this.dev;
    const on = open || this.lit === true;
    dev?.classList.toggle("on", on);
    dev?.querySelector("[data-disc]")?.classList.toggle("you", on);
    if (on) dev?.setAttribute("aria-current", "step");
    else dev?.removeAttribute("aria-current");
  }

  /** @param {boolean} on */
  light(on) {
    this.lit = on;
    const words = this.dev?.querySelector("[data-dev-words]");
    if (!words) return;
    this.before ??= words.textContent ?? "";
    if (!this.done) words.textContent = on ? this.panel.texts.get("lit") : this.before;
    this.show(!this.card.hidden);
  }

  /** @param {boolean} again another device of the same kind */
  async measure(again) {
    if (this.running) return;
    this.running = new AbortController();
    this.#problem("");
    this.#tell(this.panel.texts.get("running"), "…");
    this.#buttons();
    try {
      const { signal } = this.running;
      const live = (/** @type {any} */ packet) => this.#tell(this.panel.texts.get("running"), packet.values[0]?.value ?? "");
      await this.#keep(await this.source.read(this.kind, { again, signal, live, serial: this.card.dataset.serial }));
    } catch (error) {
      if (!(error instanceof DeviceProblem)) throw error;
      this.#tell(this.panel.texts.get("nothing-yet"), "");
      this.#problem(this.panel.texts.get(error.code));
    } finally {
      this.running = null;
      this.#buttons();
    }
  }

  /** @param {import("../ui/devices/source.js").Reading} reading */
  async #keep(reading) {
    const body = new FormData();
    const { values, serial, maker, model, at, battery, virtual, faults } = reading;
    const told = { client_id: crypto.randomUUID(), kind: this.kind, serial, maker, model, at };
    for (const [name, value] of Object.entries(told)) body.set(name, value);
    body.set("values", JSON.stringify(values));
    body.set("faults", JSON.stringify(faults));
    if (battery !== null) body.set("battery", String(battery));
    if (virtual) body.set("virtual", "1");
    if (this.card.dataset.number) body.set("unit", this.key);
    if (!(await this.#send(body))) return;
    if (battery !== null && battery <= WEAK_BATTERY) this.#problem(this.panel.texts.get("battery", { level: battery }));
    else if (faults.length) this.#problem(this.panel.texts.get("fault"));
  }

  /** @param {SubmitEvent} event */
  async #typed(event) {
    event.preventDefault();
    event.stopPropagation();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const body = new FormData(form);
    if (await this.#send(body)) form.reset();
    const id = /** @type {HTMLInputElement | null} */ (form.elements.namedItem("client_id"));
    if (id) id.value = crypto.randomUUID();
  }

  /** @param {FormData} body @returns {Promise<boolean>} */
  async #send(body) {
    /** @type {any} */
    let answer;
    try {
      const sent = await post(this.panel.box.dataset.url ?? "", body, { headers: { Accept: "application/json" } });
      answer = await sent.json();
      if (!sent.ok) throw new TypeError(answer.sentence ?? "");
    } catch (error) {
      this.#tell(this.panel.texts.get("nothing-yet"), "");
      this.#problem(answer?.sentence || this.panel.texts.get("server"));
      console.debug("reading", error);
      return false;
    }
    this.done = true;
    this.good = answer.plausible;
    const key = answer.typed ? "typed" : answer.plausible ? "received" : "implausible";
    this.#tell(this.panel.texts.get(key), answer.words, answer.typed || !answer.plausible);
    this.#problem("");
    const words = this.dev?.querySelector("[data-dev-words]");
    if (words) words.textContent = answer.words;
    this.panel.say(`${this.panel.texts.get(key)} : ${answer.words}`);
    this.#buttons();
    return true;
  }

  /** @param {string} state @param {string} value @param {boolean} [unsure] */
  #tell(state, value, unsure = false) {
    const [words, place] = [this.#part("live-state"), this.#part("live-value")];
    if (words) words.textContent = state;
    if (!place) return;
    place.textContent = value;
    place.classList.toggle("unsure", unsure);
  }

  /** @param {string} words */
  #problem(words) {
    const [box, text] = [this.#part("problem"), this.#part("problem-text")];
    if (!box || !text) return;
    text.textContent = words;
    box.hidden = !words;
  }

  #buttons() {
    const running = this.running !== null;
    const onward = this.good && !running ? this.panel.onward(this) : "";
    const words = this.#part("next-words");
    if (words) words.textContent = onward;
    this.#part("onward")?.toggleAttribute("hidden", !onward);
    this.#part("pass")?.toggleAttribute("hidden", this.good);
    this.#part("measure")?.classList.toggle("quiet", this.good);
    this.#part("measure")?.toggleAttribute("disabled", running);
    this.#part("measure-first")?.toggleAttribute("hidden", this.done);
    this.#part("measure-again")?.toggleAttribute("hidden", !this.done);
    this.#part("stop")?.toggleAttribute("hidden", !running);
    this.#part("other")?.toggleAttribute("hidden", running || !bluetooth.chosen.has(this.kind) || this.source !== bluetooth);
    if (!this.card.hidden) this.panel.lead(this);
  }
}

for (const box of document.querySelectorAll("[data-measures]")) {
  Object.assign(box, { panel: new Panel(/** @type {HTMLElement} */ (box)) });
}
