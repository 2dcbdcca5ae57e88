// @ts-check
/* Every page: forms sent once, dialogs, tabs, menus, toasts, what is said aloud, offline notice.
   All by delegation, so fragments put in later work too. No text of its own: words come from the page.
   Talk to it by events on document: toubib:toast {text}, toubib:say {text}. Toubib, EUPL-1.2 */
import { csrfToken } from "./http.js";
import "./keep.js";

/** @typedef {HTMLButtonElement | HTMLInputElement} Submitter */

const HELD_FOR = 15000;

/** @param {EventTarget | null} target @param {string} selector @returns {HTMLElement | null} */
function near(target, selector) {
  return target instanceof Element ? target.closest(selector) : null;
}

/* ---- Forms are sent once ------------------------------------------------ */

/** @param {HTMLFormElement} form @returns {Submitter[]} */
function submitters(form) {
  return /** @type {Submitter[]} */ ([...form.elements].filter(
    (one) => (one instanceof HTMLButtonElement || one instanceof HTMLInputElement) && one.type === "submit",
  ));
}

/** @param {HTMLFormElement} form */
function holdForm(form) {
  form.dataset.sent = "1";
  setTimeout(() => releaseForm(form), HELD_FOR); // an answer that is a file leaves the page where it is
  setTimeout(() => { // after the browser has read which button was pressed
    for (const button of submitters(form)) {
      if (button.disabled) continue;
      button.disabled = true;
      button.dataset.held = "1";
      button.setAttribute("aria-busy", "true");
    }
  });
}

/** @param {HTMLFormElement} form */
function releaseForm(form) {
  delete form.dataset.sent;
  for (const button of submitters(form)) {
    if (!button.dataset.held) continue;
    button.disabled = false;
    delete button.dataset.held;
    button.removeAttribute("aria-busy");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !("once" in form.dataset)) return;
  if (form.dataset.sent) return event.preventDefault();
  if (event.defaultPrevented && !form.matches("[hx-post],[hx-put],[hx-delete],[data-hx-post]")) return;
  holdForm(form);
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) releaseForm(/** @type {HTMLFormElement} */ (form));
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = near(event.target, "form[data-once]");
  if (form instanceof HTMLFormElement) releaseForm(form);
});
document.addEventListener("htmx:configRequest", (event) => {
  /** @type {CustomEvent} */ (event).detail.headers["X-CSRFToken"] = csrfToken();
});

/** The server's sentences speak, not the browser's bubbles. @param {ParentNode} root */
function quietForms(root) {
  for (const form of root.querySelectorAll("form:not([data-native])")) form.setAttribute("novalidate", "");
}

/** @param {ParentNode} root */
function focusErrors(root) {
  const summary = root.querySelector("[data-error-summary]");
  if (summary instanceof HTMLElement) summary.focus();
}

/* ---- Dialogs and menus -------------------------------------------------- */

document.addEventListener("click", (event) => {
  const opener = near(event.target, "[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog ?? "");
  if (dialog instanceof HTMLDialogElement) {
    event.preventDefault();
    if (!dialog.open) dialog.showModal();
    return;
  }
  const closer = near(event.target, "[data-close]");
  const around = closer?.closest("dialog") ?? (event.target instanceof HTMLDialogElement ? event.target : null);
  if (around?.open) around.close();
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(/** @type {Node} */ (event.target))) menu.removeAttribute("open");
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = near(event.target, "details[data-menu][open]");
  menu?.removeAttribute("open");
  menu?.querySelector("summary")?.focus();
});

/* ---- Tabs ---------------------------------------------------------------- */

/** @param {HTMLElement} chosen @param {boolean} focus */
function chooseTab(chosen, focus) {
  const list = chosen.closest("[role=tablist]");
  for (const tab of list?.querySelectorAll("[role=tab]") ?? []) {
    const isChosen = tab === chosen;
    tab.setAttribute("aria-selected", String(isChosen));
    tab.setAttribute("tabindex", isChosen ? "0" : "-1");
    const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
    if (panel) panel.hidden = !isChosen;
  }
  if (focus) chosen.focus();
}

document.addEventListener("click", (event) => {
  const tab = near(event.target, "[role=tablist] [role=tab]");
  if (tab) chooseTab(tab, false);
});
document.addEventListener("keydown", (event) => {
  const tab = near(event.target, "[role=tablist] [role=tab]");
  if (!tab) return;
  const tabs = /** @type {HTMLElement[]} */ ([...(tab.closest("[role=tablist]")?.querySelectorAll("[role=tab]") ?? [])]);
  const here = tabs.indexOf(tab);
  const goal = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (goal === undefined) return;
  event.preventDefault();
  chooseTab(tabs[(goal + tabs.length) % tabs.length], true);
});

/* ---- Said aloud, said briefly ------------------------------------------- */

/** @param {string} text */
function say(text) {
  const announcer = document.querySelector("[data-announcer]");
  if (!announcer) return;
  announcer.textContent = "";
  setTimeout(() => { announcer.textContent = text; }, 50);
}

/** @param {string} text at least 6 s, and longer for long sentences */
function showToast(text) {
  let shelf = document.querySelector(".toasts");
  if (!shelf) {
    shelf = document.createElement("div");
    shelf.className = "toasts";
    document.body.append(shelf);
  }
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.setAttribute("role", "status");
  const words = document.createElement("p");
  toast.append(words);
  shelf.append(toast);
  words.textContent = text;
  setTimeout(() => toast.remove(), Math.max(6000, text.length * 90));
}

document.addEventListener("toubib:say", (event) => say(/** @type {CustomEvent} */ (event).detail.text));
document.addEventListener("toubib:toast", (event) => showToast(/** @type {CustomEvent} */ (event).detail.text));

/* ---- Copy a link --------------------------------------------------------- */

document.addEventListener("click", async (event) => {
  const button = near(event.target, "[data-copy]");
  if (!button || !navigator.clipboard) return;
  await navigator.clipboard.writeText(button.dataset.copy ?? "");
  if (button.dataset.copied) showToast(button.dataset.copied);
});

/* ---- Back and reload ------------------------------------------------------ */

/* A page that answered a form is asked for again without the form: the browser would otherwise show its own error
   page (the answer is not kept), or send the form twice. Addresses that only act lead to their page. */
history.replaceState(history.state, "", window.location.href);

/* ---- Offline ------------------------------------------------------------- */

function showOffline() {
  const banner = document.querySelector("[data-offline]");
  const liveSpeaks = document.querySelector("[data-live-notice]"); // live.js says it in its own words
  if (banner instanceof HTMLElement) banner.hidden = navigator.onLine || Boolean(liveSpeaks);
}

window.addEventListener("offline", showOffline);
window.addEventListener("online", showOffline);

document.addEventListener("htmx:load", (event) => {
  if (event.target instanceof Element) quietForms(event.target);
});
showOffline();
quietForms(document);
focusErrors(document);
document.documentElement.dataset.ready = "1";
