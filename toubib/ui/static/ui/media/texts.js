// @ts-check
/** Words of the page: they stand in its <template data-texts>, translated by the server; none here. */

export class Texts {
  /** @param {ParentNode} root */
  constructor(root) {
    /** @type {Map<string, string>} */
    this.known = new Map();
    const template = /** @type {HTMLTemplateElement | null} */ (root.querySelector("template[data-texts]"));
    for (const line of template ? template.content.querySelectorAll("[data-text]") : []) {
      this.known.set(line.getAttribute("data-text") ?? "", (line.textContent ?? "").trim());
    }
  }

  /**
   * @param {string} key
   * @param {Record<string, string | number>} [values] put in place of {name}
   */
  get(key, values = {}) {
    const text = this.known.get(key) ?? "";
    return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
  }

  /** @param {string} key */
  has(key) {
    return this.known.has(key);
  }
}
