// @ts-check
/** The most important first: one sentence at a time, read aloud when it changes. */
const ORDER = ["ended", "media", "server", "source", "camera", "mic", "silent"];

export class Notices {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.box = /** @type {HTMLElement} */ (root.querySelector("[data-notice]"));
    this.text = /** @type {HTMLElement} */ (root.querySelector("[data-notice-text]"));
    this.again = /** @type {HTMLElement} */ (root.querySelector("[data-notice-again]"));
    this.onward = /** @type {HTMLElement} */ (root.querySelector("[data-notice-onward]"));
    this.speaker = /** @type {HTMLElement} */ (root.querySelector("[data-announce]"));
    /** @type {Map<string, string>} */
    this.all = new Map();
    this.again.addEventListener("click", () => location.reload());
  }

  /**
   * @param {string} kind one of ORDER
   * @param {string} text empty: no longer so
   */
  set(kind, text) {
    if ((this.all.get(kind) ?? "") === text) return;
    this.all.set(kind, text);
    const first = ORDER.find((one) => this.all.get(one));
    this.box.hidden = !first;
    this.box.dataset.kind = first ?? "";
    this.text.textContent = first ? this.all.get(first) ?? "" : "";
  }

  /** @param {"again" | "onward"} way what one can do when the call ended for this page */
  offer(way) {
    this.again.hidden = way !== "again";
    this.onward.hidden = way !== "onward";
  }

  /** @param {string} text */
  announce(text) {
    this.speaker.textContent = text;
  }
}
