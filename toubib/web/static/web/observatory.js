// @ts-check
/* A touch on the map chooses, the print button prints with what is folded. Works without. Toubib, EUPL-1.2 */
const map = /** @type {HTMLElement | null} */ (document.querySelector("[data-area-link]"));
const printer = /** @type {HTMLElement | null} */ (document.querySelector("[data-print]"));

map?.addEventListener("click", (event) => {
  const cell = /** @type {Element | null} */ (event.target instanceof Element ? event.target.closest("[data-area]") : null);
  const area = cell?.getAttribute("data-area");
  if (area) location.assign(`${map.dataset.areaLink ?? ""}${area}`);
});
if (printer) {
  printer.hidden = false;
  printer.addEventListener("click", () => window.print());
}
