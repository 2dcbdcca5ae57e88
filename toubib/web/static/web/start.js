// @ts-check
/* Keeps the card of the line fresh while the page is looked at. Toubib, EUPL-1.2 */
const EVERY = 30_000;

const card = /** @type {HTMLElement | null} */ (document.querySelector("[data-line-url]"));
let last = Date.now();

async function renew() {
  if (!card || document.hidden || Date.now() - last < EVERY - 500) return;
  last = Date.now();
  const answer = await fetch(card.dataset.lineUrl ?? "", { credentials: "same-origin" }).catch(() => null);
  if (answer?.ok) card.innerHTML = await answer.text(); // ours, from the same template
}

if (card) {
  setInterval(renew, EVERY);
  document.addEventListener("visibilitychange", renew);
}
