// @ts-check
/* Filters the rules while one types, and prints them with what is folded. Words come from the page. Toubib, EUPL-1.2 */
const box = /** @type {HTMLInputElement | null} */ (document.querySelector("input[name=q]"));
const rules = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-search]")]);
const count = /** @type {HTMLElement | null} */ (document.querySelector("[data-count]"));
const printer = /** @type {HTMLElement | null} */ (document.querySelector("[data-print]"));
/** @type {HTMLDetailsElement[]} */
let folded = [];
let pause = 0;

/** Without accents or capitals, as law.py does it. @param {string} text */
function plain(text) {
  return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("’", "'");
}

/** @param {number} shown */
function told(shown) {
  const words = count?.dataset ?? {};
  if (shown === 0) return words.none ?? "";
  return shown === 1 ? words.one ?? "" : (words.many ?? "").replace("%n", String(shown));
}

function filter() {
  const wanted = plain(box?.value ?? "").split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const rule of rules) {
    rule.hidden = !wanted.every((word) => (rule.dataset.search ?? "").includes(word));
    if (!rule.hidden) shown += 1;
  }
  for (const section of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-subject]"))) {
    section.hidden = !section.querySelector("[data-search]:not([hidden])");
    const link = /** @type {HTMLElement | null} */ (document.querySelector(`[data-of="${section.dataset.subject}"]`));
    if (link) link.hidden = section.hidden;
  }
  clearTimeout(pause); // said once one stops typing
  pause = setTimeout(() => {
    if (count) count.textContent = told(shown);
  }, 400);
}

box?.addEventListener("input", filter);
if (printer) {
  printer.hidden = false;
  printer.addEventListener("click", () => window.print());
}
window.addEventListener("beforeprint", () => {
  folded = [.../** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll(".rule details:not([open])"))];
  for (const one of folded) one.open = true;
});
window.addEventListener("afterprint", () => {
  for (const one of folded) one.open = false;
});
