// @ts-check
/* Around the call of a patient or a guest: who is there is said aloud on entering, and the panels follow the news
   that come through the call's own socket. Toubib, EUPL-1.2 */

const hello = document.querySelector("[data-hello]");
if (hello instanceof HTMLElement) {
  const text = hello.dataset.hello ?? "";
  setTimeout(() => document.dispatchEvent(new CustomEvent("toubib:say", { detail: { text } })), 600);
}

const panel = /** @type {HTMLElement | null} */ (document.getElementById("guests"));
let asking = false;

async function renew() {
  if (!panel?.dataset.url || asking) return;
  asking = true;
  try {
    const answer = await fetch(panel.dataset.url, { cache: "no-store" });
    if (answer.ok && !answer.redirected) take(await answer.text());
  } catch {
    // the call's own notice says that the server is away
  } finally {
    asking = false;
  }
}

/** @param {string} html */
function take(html) {
  if (!panel) return;
  const before = panel.querySelectorAll("[data-asked]").length;
  panel.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  const asked = panel.querySelectorAll("[data-asked]");
  if (asked.length <= before) return;
  const text = asked[asked.length - 1].textContent?.trim() ?? "";
  document.dispatchEvent(new CustomEvent("toubib:say", { detail: { text } }));
}

/** Answers stay on the page: leaving it would cut the call. */
panel?.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  event.preventDefault();
  const body = new FormData(form, /** @type {SubmitEvent} */ (event).submitter);
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  try {
    await fetch(form.action, { method: "POST", body, credentials: "same-origin", redirect: "manual" });
  } catch {
    // asked again below: the panel shows what the server knows
  }
  await renew();
  for (const button of form.querySelectorAll("button")) button.disabled = false;
});

document.addEventListener("call-news", (event) => {
  const { event: word } = /** @type {CustomEvent} */ (event).detail;
  if (["guest", "removed", "gesture", "resync"].includes(word)) renew();
});

/* Hanging up is asked twice of the patient: on a phone a thumb falls on it. */
const sure = document.getElementById("hang-up");
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-control=hangup]") : null;
  if (!button || !(sure instanceof HTMLDialogElement) || "sure" in sure.dataset) return;
  event.stopPropagation();
  event.preventDefault();
  if (!sure.open) sure.showModal();
}, true);
sure?.querySelector("[data-hang-up]")?.addEventListener("click", () => {
  const button = document.querySelector("[data-control=hangup]");
  if (!(sure instanceof HTMLDialogElement) || !(button instanceof HTMLElement)) return;
  sure.dataset.sure = "";
  sure.close();
  button.click();
});
