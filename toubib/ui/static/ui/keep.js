// @ts-check
/* What was typed survives a change of language or theme, which loads the page anew. It waits in this tab alone, for the
   time of that loading: the next page takes it away, whichever it is. The desk is left out: its note saves itself.
   Toubib, EUPL-1.2 */

const PLACE = "toubib-typed";
const SHORT = 20000; // milliseconds
const NEVER = new Set(["password", "hidden", "file", "submit", "button"]);

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */
/** @typedef {{form: number, name: string, value: string, checked: boolean | null}} Typed */

/** @param {HTMLFormElement} form @returns {Field[]} */
function fieldsOf(form) {
  return /** @type {Field[]} */ ([...form.elements].filter((one) =>
    (one instanceof HTMLInputElement && !NEVER.has(one.type) && one.autocomplete !== "one-time-code")
    || one instanceof HTMLTextAreaElement || one instanceof HTMLSelectElement));
}

const forms = () => /** @type {HTMLFormElement[]} */ ([...document.querySelectorAll("main form")]);
/** @param {Field} field */
const isBox = (field) => field instanceof HTMLInputElement && ["radio", "checkbox"].includes(field.type);

function keep() {
  /** @type {Typed[]} */ const typed = [];
  for (const [form, one] of forms().entries()) {
    for (const field of fieldsOf(one)) {
      if (!field.name) continue;
      const checked = isBox(field) ? /** @type {HTMLInputElement} */ (field).checked : null;
      typed.push({ form, name: field.name, value: field.value, checked });
    }
  }
  sessionStorage.setItem(PLACE, JSON.stringify({ at: Date.now(), path: location.pathname, typed }));
}

/** @param {HTMLFormElement | undefined} form @param {Typed} one */
function put(form, one) {
  const found = form && fieldsOf(form).find((field) => field.name === one.name && (one.checked === null || field.value === one.value));
  if (!found) return;
  if (one.checked !== null && found instanceof HTMLInputElement) {
    found.checked = one.checked;
  } else if (found.value !== one.value) {
    found.value = one.value;
    found.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function putBack() {
  const kept = sessionStorage.getItem(PLACE);
  sessionStorage.removeItem(PLACE);
  if (!kept) return;
  const { at, path, typed } = JSON.parse(kept);
  if (path !== location.pathname || Date.now() - at > SHORT) return;
  const here = forms();
  for (const one of /** @type {Typed[]} */ (typed)) put(here[one.form], one);
}

document.addEventListener("submit", (event) => {
  const action = event.target instanceof HTMLFormElement ? new URL(event.target.action, location.href).pathname : "";
  if (["/langue", "/theme"].includes(action) && document.documentElement.dataset.device !== "desk") keep();
});
window.addEventListener("load", putBack); // after the page's own scripts, which listen to what is typed
