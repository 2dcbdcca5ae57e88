// @ts-check
/* The note saves itself. What is typed stays in this page's memory until the server has it: never in the browser's
   own storage, which others of this machine could read. Words come from data-* of the form. Toubib, EUPL-1.2 */
import { csrfToken } from "../ui/http.js";

const AFTER_TYPING = 3000;
const TRY_AGAIN = 5000;
const NOT_PARTS = ["csrfmiddlewaretoken", "base", "attestation"];

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Part */

export class Note {
  /** @param {HTMLFormElement} form */
  constructor(form) {
    this.form = form;
    this.said = /** @type {HTMLElement} */ (form.querySelector("[data-note-state]"));
    this.base = /** @type {HTMLInputElement} */ (form.elements.namedItem("base"));
    this.dirty = false;
    this.conflict = false;
    this.leaving = false;
    this.timer = 0;
    /** @type {Promise<void> | null} */ this.running = null;
    form.addEventListener("input", (event) => {
      if (this.#parts().includes(/** @type {Part} */ (event.target))) this.#typed();
    });
    form.addEventListener("focusout", () => { if (this.dirty) this.save(); });
    window.addEventListener("online", () => { if (this.dirty) this.save(); });
    window.addEventListener("beforeunload", (event) => { if (this.dirty && !this.leaving) event.preventDefault(); });
    document.addEventListener("visibilitychange", () => { if (document.hidden && this.dirty) this.#goodbye(); });
    window.addEventListener("pageshow", () => { this.leaving = false; });
  }

  /** Every part that is saved: texts, measurements, code. @returns {Part[]} */
  #parts() {
    const all = /** @type {Part[]} */ ([...this.form.elements]);
    return all.filter((one) => one.name && one.tagName !== "BUTTON" && !NOT_PARTS.includes(one.name));
  }

  #typed() {
    this.dirty = true;
    this.version = (this.version ?? 0) + 1;
    this.#later(AFTER_TYPING);
  }

  /** @param {number} wait */
  #later(wait) {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.save(), wait);
  }

  /** The form goes itself, with these texts in it. */
  leave() {
    this.leaving = true;
    clearTimeout(this.timer);
  }

  /** The page stays after all: what is typed saves itself again. */
  stay() {
    this.leaving = false;
    if (this.dirty) this.#later(AFTER_TYPING);
  }

  /** One saving at a time; what is typed meanwhile goes in the next. @returns {Promise<void>} */
  async save() {
    clearTimeout(this.timer);
    if (this.running) await this.running;
    if (!this.dirty || this.conflict || this.leaving) return;
    this.running = this.#send();
    await this.running;
    this.running = null;
  }

  /**
   * Ask the server to sign, with the page and its call left as they are. Sentences of a refusal that have no field
   * here are given back; `next`: where to go once signed.
   * @param {string} url
   * @returns {Promise<{next?: string, sentences: string[]}>}
   */
  async sign(url) {
    clearTimeout(this.timer);
    if (this.running) await this.running;
    if (this.conflict) return { sentences: [] };
    this.leave();
    const answer = await this.#post(url, { signal: AbortSignal.timeout(20000) }).catch(() => null);
    const json = answer?.headers.get("Content-Type")?.startsWith("application/json");
    if (answer?.ok && json) {
      this.dirty = false;
      return { next: (await answer.json()).next, sentences: [] };
    }
    this.stay();
    if (answer?.redirected || answer?.status === 403 || answer?.status === 404) {
      return { sentences: [this.form.dataset.signedOut ?? ""] };
    }
    if (!json || !answer) return { sentences: [this.form.dataset.unsigned ?? ""] };
    return { sentences: this.#refused(answer.status, await answer.json()) };
  }

  /**
   * @param {number} status
   * @param {{base?: number, texts?: Record<string, string>, fields?: Record<string, string>, sentences?: string[]}} said
   */
  #refused(status, said) {
    if (status === 409) {
      this.#compare({ base: said.base ?? 0, texts: said.texts ?? {} });
      return [];
    }
    if (said.base !== undefined) this.base.value = String(said.base);
    const left = [...(said.sentences ?? [])];
    const parts = this.#parts();
    /** @type {Part[]} */ const wrong = [];
    for (const [name, sentence] of Object.entries(said.fields ?? {})) {
      const part = parts.find((one) => one.name === name);
      if (part) wrong.push(part);
      if (part) this.#lack(part, true, sentence);
      else left.push(sentence);
    }
    wrong[0]?.closest("details")?.setAttribute("open", "");
    if (!left.length) wrong[0]?.focus();
    return left;
  }

  /** The whole form, what signs it included. */
  #body() {
    return new URLSearchParams([...new FormData(this.form)].map(([name, value]) => [name, String(value)]));
  }

  /** @param {string} url @param {RequestInit} [more] */
  #post(url, more) {
    const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
    return fetch(url, { method: "POST", headers, body: this.#body(), ...more });
  }

  async #send() {
    const version = this.version;
    this.#say("saving");
    try {
      const answer = await this.#post(this.form.dataset.saveUrl ?? "", { signal: AbortSignal.timeout(8000) });
      await this.#take(answer, version);
    } catch {
      this.#wait();
    }
  }

  #wait() {
    this.#say("waiting");
    this.#later(TRY_AGAIN);
  }

  /** @param {Response} answer @param {number | undefined} version */
  async #take(answer, version) {
    if (answer.redirected || answer.status === 401 || answer.status === 403) {
      this.#say("signedOut");
      this.#later(TRY_AGAIN);
    } else if (answer.status === 409) {
      this.#compare(await answer.json());
    } else if (answer.status === 400) {
      this.#say("refused");
    } else if (answer.status === 410) {
      this.dirty = false;
      this.#put((await answer.json()).sentence, false);
    } else if (!answer.ok) {
      this.#wait();
    } else {
      const { base, said } = await answer.json();
      this.base.value = String(base);
      if (this.version === version) this.dirty = false;
      else this.#later(AFTER_TYPING);
      this.#put(said, true);
    }
  }

  /** The page goes to the background or away: a last word that outlives it. */
  #goodbye() {
    if (this.conflict || this.running || this.leaving) return;
    const version = this.version;
    this.running = this.#post(this.form.dataset.saveUrl ?? "", { keepalive: true })
      .then((answer) => this.#take(answer, version))
      .catch(() => this.#wait())
      .finally(() => { this.running = null; });
  }

  /** @param {"saving" | "waiting" | "refused" | "signedOut" | "stale"} word */
  #say(word) {
    this.#put(this.form.dataset[word] ?? "", false);
  }

  /** @param {string} words @param {boolean} saved */
  #put(words, saved) {
    const tick = this.said.querySelector("svg");
    if (!saved) this.said.textContent = words;
    else if (tick) this.said.replaceChildren(tick, ` ${words}`);
    else this.said.textContent = words;
  }

  /* ---- Signing: the parts that must be there are asked for on the page, so that the call goes on ---- */

  /** Says beside each empty part what it lacks, goes to the first one; true when nothing lacks. */
  complete() {
    const wrong = this.#parts().filter((one) => this.#sayLack(one));
    const first = wrong[0];
    first?.closest("details")?.setAttribute("open", "");
    first?.focus();
    return wrong.length === 0;
  }

  /** @param {Part} part @returns {boolean} whether it lacks or is wrong, and says so beside it */
  #sayLack(part) {
    const { missing, low, high } = part.dataset;
    const value = part.value.trim();
    const lacks = missing !== undefined && !value;
    const number = Number(value.replace(",", "."));
    const wrong = low !== undefined && value !== "" && !(number >= Number(low) && number <= Number(high));
    if (missing !== undefined || low !== undefined) {
      this.#lack(part, lacks || wrong, (lacks ? missing : this.form.dataset.implausible) ?? "");
    }
    return lacks || wrong;
  }

  /** @param {Part} field @param {boolean} lacks @param {string} [sentence] */
  #lack(field, lacks, sentence = "") {
    const id = `${field.id}_error`;
    document.getElementById(id)?.remove();
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
    if (!lacks) return;
    const template = /** @type {HTMLTemplateElement} */ (this.form.querySelector("template[data-lack]"));
    const words = /** @type {HTMLElement} */ (
      /** @type {DocumentFragment} */ (template.content.cloneNode(true)).firstElementChild
    );
    words.id = id;
    words.append(` ${sentence}`);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", id);
    field.after(words);
    field.addEventListener("input", () => this.#lack(field, false), { once: true });
  }

  /* ---- Another page saved since: both texts stand side by side ------------------------ */

  /** @param {{base: number, texts: Record<string, string>}} other */
  #compare({ base, texts }) {
    this.base.value = String(base);
    this.conflict = true;
    this.#say("stale");
    for (const part of this.#parts()) {
      const other = texts[part.name];
      if (other !== undefined && part.value !== other) this.#offer(part, other);
    }
    this.#settled();
  }

  /** @param {Part} field @param {string} text */
  #offer(field, text) {
    const template = /** @type {HTMLTemplateElement} */ (this.form.querySelector("template[data-other]"));
    const box = /** @type {HTMLElement} */ (
      /** @type {DocumentFragment} */ (template.content.cloneNode(true)).firstElementChild
    );
    box.dataset.otherBox = "1";
    /** @type {HTMLElement} */ (box.querySelector("[data-other-text]")).textContent = text;
    field.after(box);
    field.closest("details")?.setAttribute("open", "");
    box.querySelector("[data-other-keep]")?.addEventListener("click", () => this.#choose(box));
    box.querySelector("[data-other-take]")?.addEventListener("click", () => {
      field.value = text;
      this.#choose(box);
    });
  }

  /** @param {HTMLElement} box */
  #choose(box) {
    box.remove();
    this.#settled();
  }

  #settled() {
    if (this.form.querySelector("[data-other-box]")) return;
    this.conflict = false;
    this.dirty = true;
    this.save();
  }
}
