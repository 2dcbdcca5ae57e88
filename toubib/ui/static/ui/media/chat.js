// @ts-check
import { postJson, timeoutAfter } from "./credentials.js";

/**
 * @typedef {{id: string, client_id: string, participant: string, name: string, text: string, sent_at: string}} Line
 */

/** Messages of the call: kept and said to be waiting while the server is away, never sent twice. */
export class Chat {
  /**
   * @param {{box: HTMLElement, url: string, credentials: import("./credentials.js").Credentials,
   *          texts: import("./texts.js").Texts, me: () => string}} parts
   */
  constructor({ box, url, credentials, texts, me }) {
    this.url = url;
    this.credentials = credentials;
    this.texts = texts;
    this.me = me;
    this.list = /** @type {HTMLElement} */ (box.querySelector("[data-chat-list]"));
    this.form = /** @type {HTMLFormElement} */ (box.querySelector("form"));
    this.field = /** @type {HTMLTextAreaElement} */ (box.querySelector("[data-chat-field]"));
    this.template = /** @type {HTMLTemplateElement} */ (box.querySelector("template[data-chat-line]"));
    this.after = "";
    /** @type {{client_id: string, text: string}[]} */
    this.waiting = [];
    /** @type {Map<string, HTMLElement>} */
    this.lines = new Map();
    this.sending = false;
    this.fetching = false;
    this.form.addEventListener("submit", (event) => this.#submit(event));
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.form.requestSubmit();
    });
  }

  /** The server is (again) there: what others wrote, then what waits here. */
  async catchUp() {
    await this.fetch();
    await this.#flush();
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    const text = this.field.value.trim();
    if (!text) return;
    const line = { client_id: crypto.randomUUID(), text };
    this.waiting.push(line);
    this.#line({ ...line, id: "", participant: this.me(), name: "", sent_at: "" }, "waiting");
    this.field.value = "";
    this.#flush();
  }

  async #flush() {
    if (this.sending) return;
    this.sending = true;
    try {
      while (this.waiting.length > 0) {
        const [line] = this.waiting;
        const answer = await postJson(this.url, { token: this.credentials.pass?.token ?? "", ...line });
        if (answer.status >= 500 || answer.status === 429) break;
        this.waiting.shift();
        this.#mark(line.client_id, answer.ok ? "" : "refused");
      }
    } catch (error) {
      console.debug("chat waits", error);
    } finally {
      this.sending = false;
    }
  }

  async fetch() {
    if (this.fetching) return;
    this.fetching = true;
    try {
      const url = new URL(this.url, location.href);
      if (this.after) url.searchParams.set("after", this.after);
      const headers = { Accept: "application/json", "X-Room-Token": this.credentials.pass?.token ?? "" };
      const answer = await fetch(url, { headers, credentials: "same-origin", signal: timeoutAfter(4000) });
      if (!answer.ok) return;
      for (const line of /** @type {Line[]} */ ((await answer.json()).messages)) {
        this.#line(line, "");
        this.after = line.id;
      }
    } catch (error) {
      console.debug("chat waits", error);
    } finally {
      this.fetching = false;
    }
  }

  /**
   * @param {Line} line
   * @param {"" | "waiting" | "refused"} state
   */
  #line(line, state) {
    const known = this.lines.get(line.client_id);
    if (known) {
      this.#mark(line.client_id, state);
      return;
    }
    const copy = /** @type {DocumentFragment} */ (this.template.content.cloneNode(true));
    const item = /** @type {HTMLElement} */ (copy.firstElementChild);
    const mine = line.participant === this.me();
    /** @type {HTMLElement} */ (item.querySelector("[data-chat-name]")).textContent = mine ? this.texts.get("you") : line.name;
    /** @type {HTMLElement} */ (item.querySelector("[data-chat-text]")).textContent = line.text;
    item.classList.toggle("mine", mine);
    this.lines.set(line.client_id, item);
    this.list.append(item);
    this.#mark(line.client_id, state);
    item.scrollIntoView({ block: "nearest" });
  }

  /**
   * @param {string} clientId
   * @param {"" | "waiting" | "refused"} state
   */
  #mark(clientId, state) {
    const note = this.lines.get(clientId)?.querySelector("[data-chat-state]");
    if (note) note.textContent = state ? this.texts.get(`chat-${state}`) : "";
  }
}
