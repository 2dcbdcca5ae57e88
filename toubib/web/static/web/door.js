// @ts-check
/* A guest at the door has no account, so no stream of news: the page asks every three seconds. Toubib, EUPL-1.2 */

const EVERY = 3000;
const door = /** @type {HTMLElement | null} */ (document.getElementById("door"));
const lost = /** @type {HTMLElement | null} */ (document.querySelector("[data-door-lost]"));
let shown = "";
let missed = 0;

async function ask() {
  try {
    const answer = await fetch(door?.dataset.askUrl ?? "", { cache: "no-store", signal: AbortSignal.timeout(8000) });
    const goal = answer.headers.get("HX-Redirect");
    if (goal?.startsWith("/") && !goal.startsWith("//")) return void window.location.assign(goal);
    if (answer.status === 404) return void window.location.reload();
    if (answer.ok) show(await answer.text());
    missed = answer.ok ? 0 : missed + 1;
  } catch {
    missed += 1; // no network: said below, and asked again
  }
  if (lost) lost.hidden = missed < 2;
  setTimeout(ask, EVERY);
}

/** @param {string} html */
function show(html) {
  if (html === shown || !door) return;
  if (shown) door.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  shown = html;
}

if (door) setTimeout(ask, EVERY);
