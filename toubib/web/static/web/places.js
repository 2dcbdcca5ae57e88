// @ts-check
/* Communes while one types, and the position of the device, rounded before it leaves. The page works without.
   Words come from the page. Toubib, EUPL-1.2 */
const PAUSE = 200;
const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-places-ask]"));
const input = /** @type {HTMLInputElement | null} */ (document.querySelector("#ou"));
const results = document.querySelector("[data-places-results]");
const near = /** @type {HTMLElement | null} */ (document.querySelector("[data-places-near]"));
const refused = /** @type {HTMLElement | null} */ (document.querySelector("[data-places-refused]"));
let timer = 0;
let asked = 0;

async function suggest() {
  const mine = ++asked;
  const body = new URLSearchParams({ ou: input?.value ?? "" });
  const answer = await fetch(form?.dataset.url ?? "", { method: "POST", body }).catch(() => null);
  if (!results || !answer?.ok || mine !== asked) return;
  results.innerHTML = await answer.text();
}

input?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = window.setTimeout(suggest, PAUSE);
});

/** A hundredth of a degree: about a kilometre. @param {number} degrees */
function rounded(degrees) {
  return (Math.round(degrees * 100) / 100).toFixed(2);
}

function refuse() {
  const words = refused?.querySelector("p");
  if (!refused || !words) return;
  words.textContent = near?.dataset.refused ?? "";
  refused.hidden = false;
  input?.focus();
}

if (near && "geolocation" in navigator) {
  near.hidden = false;
  near.querySelector("button")?.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const where = new URLSearchParams({ lat: rounded(coords.latitude), lon: rounded(coords.longitude) });
        location.assign(`${form?.action}?${where}`);
      },
      refuse,
      { maximumAge: 600_000, timeout: 15_000 },
    );
  });
}
