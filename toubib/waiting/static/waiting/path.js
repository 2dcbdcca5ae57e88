// @ts-check
/* Enhances the way to the line, which works without: suggestions while typing, files sent as soon as chosen.
   Words come from the page. Toubib, EUPL-1.2 */
import { post } from "../ui/http.js";

const PAUSE = 250;

/** A list from the server under a field of search. @param {HTMLElement} box */
function suggest(box) {
  const input = /** @type {HTMLInputElement | null} */ (box.querySelector("input:not([type=radio])"));
  const results = box.querySelector("[data-results]");
  const url = box.dataset.suggest;
  if (!input || !results || !url) return;
  let timer = 0;
  let asked = 0;
  const ask = async () => {
    const mine = ++asked;
    const answer = await post(url, new URLSearchParams({ [input.name]: input.value })).catch(() => null);
    if (!answer?.ok || mine !== asked) return;
    results.innerHTML = await answer.text();
    const found = results.querySelector("input") && box.dataset.found;
    if (results.querySelector("input[name=doctor]:checked")) chooseHere();
    if (found) document.dispatchEvent(new CustomEvent("toubib:say", { detail: { text: found } }));
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(ask, PAUSE);
  });
  const button = /** @type {HTMLButtonElement | null} */ (box.querySelector("button[value=search]"));
  button?.addEventListener("click", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    ask();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // Enter searches; it does not send a page half filled
    clearTimeout(timer);
    ask();
  });
}

/** A doctor chosen here answers the question above. */
function chooseHere() {
  const here = /** @type {HTMLInputElement | null} */ (document.querySelector("input[name=answer][value=here]"));
  if (here) here.checked = true;
}

document.addEventListener("change", (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement)) return;
  if (input.name === "doctor") chooseHere();
  if ("addNow" in input.dataset && input.files?.length) {
    const add = /** @type {HTMLButtonElement | null} */ (input.form?.querySelector("[data-add]"));
    if (add) input.form?.requestSubmit(add);
  }
});

for (const box of document.querySelectorAll("[data-suggest]")) suggest(/** @type {HTMLElement} */ (box));
