// @ts-check
/* Values arrive while one speaks; one touch carries them into the note, with who measured. Toubib, EUPL-1.2 */

const box = /** @type {HTMLElement | null} */ (document.getElementById("readings"));

async function renew() {
  if (!box) return;
  try {
    const answer = await fetch(box.dataset.readingsUrl ?? "", {
      cache: "no-store", credentials: "same-origin", headers: { "HX-Request": "true" },
    });
    if (!answer.ok || answer.redirected) return;
    box.innerHTML = await answer.text();
  } catch (error) {
    console.debug("readings wait", error); // the next news brings them
  }
}

document.addEventListener("call-news", (event) => {
  const { event: word } = /** @type {CustomEvent} */ (event).detail;
  if (word === "reading" || word === "resync") renew();
});

box?.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-carry]") : null;
  const form = document.getElementById("note-form");
  if (!(button instanceof HTMLElement) || !(form instanceof HTMLFormElement)) return;
  /** @type {HTMLInputElement | null} */
  let first = null;
  for (const [code, value] of Object.entries(JSON.parse(button.dataset.carry ?? "{}"))) {
    const field = /** @type {HTMLInputElement | null} */ (form.elements.namedItem(`m_${code}`));
    const who = /** @type {HTMLSelectElement | null} */ (form.elements.namedItem(`m_${code}_by`));
    if (!field || !who) continue;
    field.value = String(value);
    who.value = button.dataset.carryBy ?? "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    who.dispatchEvent(new Event("change", { bubbles: true }));
    first ??= field;
  }
  const list = first?.closest("details");
  if (list) list.open = true;
  first?.focus();
});
