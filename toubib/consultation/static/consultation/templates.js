// @ts-check
/* « Insérer » puts the texts of a template in the note: an empty part takes it, a written one keeps its words and the
   template goes below. Toubib, EUPL-1.2 */

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-template-insert]") : null;
  const box = /** @type {HTMLElement | null | undefined} */ (button?.closest("[data-templates]"));
  const choice = box?.querySelector("select");
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector("#note-form, #correct-form"));
  if (!choice || !form) return;
  const answer = await fetch(choice.value, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const { texts } = await answer.json();
  let first = null;
  for (const [name, text] of Object.entries(texts)) {
    const field = form.elements.namedItem(name);
    if (!(field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement)) continue;
    if (field.value.includes(text)) continue;
    const below = field instanceof HTMLTextAreaElement;
    if (field.value.trim() && !below) continue;
    field.value = field.value.trim() ? `${field.value}\n${text}` : text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    first ??= field;
  }
  first?.focus();
  document.dispatchEvent(new CustomEvent("toubib:say", { detail: { text: box?.dataset.said ?? "" } }));
});
