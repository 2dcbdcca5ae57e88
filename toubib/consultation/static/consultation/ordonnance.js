// @ts-check
/* The ordonnance by keyboard alone: a medicine taken goes with its code and its dose, the focus to the next part; a
   refused one says why. Words come from the page. Toubib, EUPL-1.2 */

/** @returns {HTMLFormElement | null} */
const lineForm = () => document.querySelector("#rx-form");

/** @param {string} name */
function part(name) {
  return /** @type {HTMLInputElement} */ (lineForm()?.elements.namedItem(name));
}

/** @param {string} words */
function refuse(words) {
  const place = /** @type {HTMLElement | null} */ (document.querySelector("#rx-form [data-refused]"));
  if (!place) return;
  place.textContent = words;
  place.hidden = !words;
}

document.addEventListener("combo:take", (event) => {
  const box = event.target;
  if (!(box instanceof HTMLElement) || !("medicines" in box.dataset)) return;
  const taken = /** @type {CustomEvent} */ (event).detail;
  refuse(taken.refused ?? "");
  if (taken.refused) {
    part("text").value = "";
    part("cis").value = "";
    return;
  }
  part("cis").value = taken.cis;
  part("text").dataset.taken = taken.value;
  part("dose").value = taken.dose;
  part("directions").focus();
});

document.addEventListener("input", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || field !== part("text")) return;
  if (field.dataset.taken !== undefined && field.value !== field.dataset.taken) {
    delete field.dataset.taken;
    part("cis").value = "";
  }
  if (field.value) refuse("");
});

/* Only medicines are searched: another sheet takes free lines. */
function searchOrNot() {
  const box = /** @type {HTMLElement | null} */ (document.querySelector("[data-combo][data-medicines]"));
  if (!box) return;
  box.dataset.from ??= box.dataset.url;
  box.dataset.url = part("sheet").value === "medicines" ? box.dataset.from : "";
  if (part("cis").value) part("text").dataset.taken = part("text").value;
}

document.addEventListener("change", (event) => {
  if (event.target instanceof HTMLSelectElement && event.target === /** @type {unknown} */ (part("sheet"))) searchOrNot();
});

document.addEventListener("htmx:afterSettle", (event) => {
  const place = document.getElementById("ordonnance");
  if (!(event.target instanceof Element) || !place?.dataset.focus) return;
  searchOrNot();
  if (event.target === place || place.contains(event.target)) {
    document.getElementById(place.dataset.focus)?.focus();
    delete place.dataset.focus;
  }
});
searchOrNot();

/** What keeps the note from being signed here; the focus goes to it. @returns {boolean} whether all is ready */
export function papersReady() {
  const typed = ["text", "directions"].some((name) => part(name)?.value.trim());
  const place = typed ? document.getElementById("ordonnance") : document.querySelector("#ordonnance[data-lacks], #leave[data-lacks], #certificates:has([aria-invalid])");
  if (!(place instanceof HTMLElement)) return true;
  const said = place.querySelector("[role=status]");
  if (said) said.textContent = (typed ? place.dataset.unfinished : place.dataset.incomplete) ?? "";
  const there = typed ? part("text") : place.querySelector("[aria-invalid], .error ~ .rx-acts a, button[value=shorten], .error ~ details input");
  if (there instanceof HTMLElement) there.focus();
  return false;
}
