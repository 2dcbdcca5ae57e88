// @ts-check
import { examOf } from "./exam.js";

const LIT = "toubib-lit";

/**
 * « L’appareil n° 6 » : the doctor asks by its number, it lights beside the patient, and its picture or sound goes.
 * The patient's side tells which devices stand there and which is lit (`state`), so both sides know again after a
 * reconnection. On `document`: event `toubib:unit` (detail: {number, on}) for the page's own list of devices.
 */
export class Units {
  /**
   * @param {{root: HTMLElement, room: import("./room.js").Room, local: import("./localmedia.js").LocalMedia,
   *          signaling: import("./signaling.js").Signaling, texts: import("./texts.js").Texts,
   *          notices: import("./notices.js").Notices}} parts
   */
  constructor({ root, room, local, signaling, texts, notices }) {
    this.root = root;
    this.room = room;
    this.local = local;
    this.signaling = signaling;
    this.texts = texts;
    this.notices = notices;
    this.lit = 0;
    this.drawn = "";
    this.shown = false;
    this.changing = false;
    /** @type {import("./exam.js").Unit[]} */
    this.mine = JSON.parse(document.getElementById("call-units")?.textContent ?? "[]");
    room.addEventListener("people", () => this.#showTheirs());
    signaling.addEventListener("message", (event) => this.#hear(/** @type {CustomEvent} */ (event).detail));
    local.addEventListener("track", (event) => this.#trackEnded(/** @type {CustomEvent} */ (event).detail));
    root.querySelector("[data-sending-stop]")?.addEventListener("click", () => this.light(this.lit, false));
    if (this.mine.length) this.#begin();
  }

  #begin() {
    this.room.more = () => ({
      units: this.mine.slice(0, 24).map(({ number, kind, label }) => ({ number, kind, label })),
      lit: this.lit,
    });
    const before = Number(sessionStorage.getItem(LIT) ?? 0);
    this.signaling.addEventListener("welcome", () => {
      if (before && !this.lit) this.light(before, true);
    }, { once: true });
  }

  /** @param {any} message */
  async #hear(message) {
    if (message.type !== "request" || message.what !== "device") return;
    const person = this.room.people.get(message.from);
    const unit = this.mine.find((one) => one.number === Number(message.source));
    if (person?.card.side !== "professional" || !unit) return;
    const words = { name: person.card.name, number: unit.number, label: unit.label };
    if (message.on) this.notices.announce(this.texts.get("unit-asked", words));
    if (message.on && unit.media && !(await this.#agreed(words))) return;
    await this.light(unit.number, message.on);
  }

  /** A kiosk's devices are lit from afar; elsewhere the person says yes first. @param {Record<string, string | number>} words */
  async #agreed(words) {
    const dialog = /** @type {HTMLDialogElement | null} */ (this.root.querySelector("dialog[data-ask]"));
    if (!dialog || "acceptRequests" in this.root.dataset) return true;
    const text = /** @type {HTMLElement} */ (dialog.querySelector("[data-ask-text]"));
    text.textContent = this.texts.get("ask-device", words);
    dialog.returnValue = "";
    if (!dialog.open) dialog.showModal();
    await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
    return dialog.returnValue === "yes";
  }

  /**
   * One device at a time: the next one takes the place of the last.
   * @param {number} number
   * @param {boolean} on
   */
  async light(number, on) {
    const unit = this.mine.find((one) => one.number === number);
    if (!unit || (!on && this.lit !== number)) return;
    const last = this.mine.find((one) => one.number === this.lit);
    if (last && last !== unit) this.#tell(last.number, false);
    this.lit = on ? number : 0;
    sessionStorage.setItem(LIT, String(this.lit));
    try {
      await this.#send(on ? unit : null);
      this.notices.set("source", "");
      this.#showSent(on ? unit : null);
    } catch (error) {
      console.debug("unit", error);
      this.notices.set("source", this.texts.get("source-failed"));
      this.shown = false;
      this.#showSent(null);
    }
    this.#tell(number, on);
    this.room.sayState();
  }

  /** @param {import("./exam.js").Unit | null} unit */
  async #send(unit) {
    const label = unit ? this.texts.get("unit", { number: unit.number, label: unit.label }) : "";
    const exam = unit && examOf(unit, label, () => this.local.video);
    this.changing = true;
    try {
      if (this.shown && unit?.media !== "camera") await this.local.setExam(null);
      if (unit?.media !== "sound") await this.local.setSound(null);
      this.shown = unit?.media === "camera";
      if (exam && unit?.media === "camera") await this.local.setExam(exam);
      if (exam && unit?.media === "sound") await this.local.setSound(exam);
    } finally {
      this.changing = false;
    }
  }

  /** The plug was pulled: nothing is sent any more, and both sides see it. @param {{kind: string, track: MediaStreamTrack | null}} detail */
  #trackEnded({ kind, track }) {
    const unit = this.mine.find((one) => one.number === this.lit);
    if (track || this.changing || !unit) return;
    if ((kind === "second" && unit.media === "camera") || (kind === "audio" && unit.media === "sound")) {
      this.notices.set("source", this.texts.get("source-failed"));
      this.light(unit.number, false);
    }
  }

  /** @param {number} number @param {boolean} on */
  #tell(number, on) {
    document.dispatchEvent(new CustomEvent("toubib:unit", { detail: { number, on } }));
  }

  /** @param {import("./exam.js").Unit | null} unit */
  #showSent(unit) {
    const place = /** @type {HTMLElement | null} */ (this.root.querySelector("[data-sending]"));
    const words = place?.querySelector("[data-sending-text]");
    if (!place || !words) return;
    place.hidden = !unit?.media;
    words.textContent = unit?.media ? this.texts.get(`sending-${unit.media}`, { number: unit.number, label: unit.label }) : "";
  }

  // The doctor's side

  #showTheirs() {
    const box = /** @type {HTMLElement | null} */ (this.root.querySelector("[data-units]"));
    const list = box?.querySelector("[data-units-list]");
    const template = /** @type {HTMLTemplateElement | null} */ (this.root.querySelector("template[data-unit]"));
    if (!box || !list || !template) return;
    const theirs = [...this.room.people.entries()].flatMap(([to, { card }]) =>
      (card.state?.units ?? []).map((/** @type {any} */ unit) => ({ ...unit, to, on: card.state.lit === unit.number })),
    );
    const drawn = JSON.stringify(theirs);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const held = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.unitButton;
    box.hidden = theirs.length === 0;
    list.replaceChildren(...theirs.map((unit) => this.#button(template, unit)));
    if (held) /** @type {HTMLElement | null} */ (list.querySelector(`[data-unit-button="${held}"]`))?.focus();
  }

  /** @param {HTMLTemplateElement} template @param {{number: number, label: string, to: string, on: boolean}} unit */
  #button(template, unit) {
    const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    const button = /** @type {HTMLButtonElement} */ (copy.querySelector("button"));
    const number = /** @type {HTMLElement} */ (copy.querySelector("[data-unit-number]"));
    number.textContent = String(unit.number);
    number.classList.toggle("you", unit.on);
    /** @type {HTMLElement} */ (copy.querySelector("[data-unit-label]")).textContent = unit.label;
    button.dataset.unitButton = `${unit.number}`;
    button.setAttribute("aria-pressed", String(unit.on));
    button.addEventListener("click", () => {
      this.signaling.send({ type: "request", to: unit.to, what: "device", on: !unit.on, source: String(unit.number) });
    });
    return copy;
  }
}
