// @ts-check
/* The post of whoever assists: a call for help from the cabin stays on the page until it is answered. Toubib, EUPL-1.2 */

const help = document.getElementById("help");

document.addEventListener("toubib:news", (event) => {
  if (/** @type {CustomEvent} */ (event).detail?.event !== "help" || !help) return;
  help.hidden = false;
  help.scrollIntoView({ block: "nearest" });
});
help?.querySelector("[data-seen]")?.addEventListener("click", () => { help.hidden = true; });
