// @ts-check
/* Print from a button. Toubib, EUPL-1.2 */
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest("[data-print]");
  if (!link) return;
  event.preventDefault();
  window.print();
});
