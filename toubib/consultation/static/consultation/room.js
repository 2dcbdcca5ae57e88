// @ts-check
/* The doctor's room: figures that grow, messages counted, pictures seen beside, the end asked twice.
   The note has its own module. Toubib, EUPL-1.2 */
import { Note } from "./note.js";
import { papersReady } from "./ordonnance.js";

const STATUS_EVERY = 5000;
const room = /** @type {HTMLElement} */ (document.getElementById("room"));
const form = document.querySelector("form[data-note]");
const note = form instanceof HTMLFormElement ? new Note(form) : null;

/* ---- Figures ------------------------------------------------------------------ */

async function renewStatus() {
  try {
    const answer = await fetch(room.dataset.statusUrl ?? "", { cache: "no-store", signal: AbortSignal.timeout(4000) });
    if (!answer.ok || answer.redirected) return;
    const words = await answer.json();
    for (const [name, key] of [["measured", "measured"], ["elapsed", "elapsed"], ["measured-detail", "measured_detail"]]) {
      const place = document.querySelector(`[data-${name}]`);
      if (place) place.textContent = words[key];
    }
  } catch {
    // the server is away: the figures stand still, the call goes on
  }
}

if (room.dataset.phase === "call") setInterval(renewStatus, STATUS_EVERY);

/* ---- The end of the call, asked twice; nothing typed is lost on the way ---------- */

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-control=hangup]") : null;
  const dialog = document.getElementById("end-call");
  if (!button || !(dialog instanceof HTMLDialogElement)) return;
  event.stopPropagation();
  event.preventDefault();
  if (!dialog.open) dialog.showModal();
}, true);

document.addEventListener("submit", async (event) => {
  const leaving = event.target;
  if (!(leaving instanceof HTMLFormElement) || leaving === form || leaving.hasAttribute("hx-post")) return;
  if (!note?.dirty || leaving.dataset.noteKept) return;
  event.preventDefault();
  event.stopPropagation();
  await note.save();
  if (note.conflict) return; // both texts are on the page: the doctor chooses first
  leaving.dataset.noteKept = "1";
  leaving.requestSubmit(/** @type {SubmitEvent} */ (event).submitter);
}, true);

form?.addEventListener("submit", (event) => {
  const button = /** @type {SubmitEvent} */ (event).submitter;
  if (!(button instanceof HTMLButtonElement) || !button.matches("[data-sign]")) return note?.leave();
  event.preventDefault();
  if (note?.complete() && papersReady()) sign(button);
});

/** Signed from here, without leaving: a refusal of the server must not cut the call. @param {HTMLButtonElement} button */
async function sign(button) {
  if (!note || button.disabled) return;
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  sayRefusal([]);
  const goOn = holdStill();
  const { next, sentences } = await note.sign(button.formAction);
  if (next) return location.assign(next);
  goOn();
  button.disabled = false;
  button.removeAttribute("aria-busy");
  sayRefusal(sentences);
  if (document.activeElement === document.body) button.focus();
}

/** @param {string[]} sentences */
function sayRefusal(sentences) {
  const place = document.querySelector("[data-sign-refused]");
  const words = place?.querySelector("[data-sign-refused-words]");
  if (!(place instanceof HTMLElement) || !words) return;
  words.textContent = sentences.join(" ");
  place.hidden = !sentences.length;
  if (sentences.length) place.focus();
}

/** News of what is done here must not take the page elsewhere first. @returns {() => void} what takes it back */
function holdStill() {
  const watch = /** @type {HTMLElement | null} */ (document.querySelector("[data-watch]"));
  const shown = watch?.dataset.refreshUrl;
  const signaling = /** @type {any} */ (document.getElementById("call"))?.call?.signaling;
  const over = signaling?.ended;
  if (watch) watch.dataset.refreshUrl = watch.dataset.watch;
  if (signaling) signaling.ended = true;
  return () => {
    if (watch) watch.dataset.refreshUrl = shown;
    if (!signaling) return;
    signaling.ended = over;
    signaling.connect();
  };
}

/** A form that leaves the page goes where it says. */
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || !(event.target instanceof HTMLFormElement) || event.target.hasAttribute("hx-post")) return;
  holdStill();
});

/* ---- After a fragment came in ------------------------------------------------------ */

/** @param {Element} part */
function sayNews(part) {
  for (const one of part.querySelectorAll("[data-say]")) {
    document.dispatchEvent(new CustomEvent("toubib:say", { detail: { text: /** @type {HTMLElement} */ (one).dataset.say } }));
  }
}
document.addEventListener("toubib:refreshed", (event) => {
  if (event.target instanceof HTMLElement && event.target.id === "guests") sayNews(event.target);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const sent = event.target instanceof Element ? event.target.closest("form[data-close-after]") : null;
  if (/** @type {CustomEvent} */ (event).detail.successful) sent?.closest("dialog")?.close();
});

/* ---- Messages: counted on their tab while it is closed, and said beside the picture ------ */

const list = document.querySelector("[data-chat-list]");
const count = document.querySelector("[data-chat-count]");
const panel = document.getElementById("panel-chat");
const news = /** @type {HTMLElement | null} */ (document.querySelector("[data-chat-news]"));
let unread = 0;

function showCount() {
  if (panel && !panel.hidden) unread = 0;
  if (count) count.textContent = unread ? `, ${unread}` : "";
  if (news && !unread) news.hidden = true;
}

/** @param {Element} line */
function tellMessage(line) {
  if (line.classList.contains("mine")) return;
  unread += 1;
  if (!news || (panel && !panel.hidden)) return;
  const say = (/** @type {string} */ part) => {
    const place = news.querySelector(`[data-chat-news-${part}]`);
    if (place) place.textContent = line.querySelector(`[data-chat-${part}]`)?.textContent ?? "";
  };
  say("name");
  say("text");
  news.hidden = false;
}
news?.querySelector("[data-chat-open]")?.addEventListener("click", () => {
  document.getElementById("tab-chat")?.click();
  const field = /** @type {HTMLElement | null} */ (panel?.querySelector("[data-chat-field]"));
  field?.scrollIntoView({ block: "center" });
  field?.focus();
});
if (list && panel) {
  new MutationObserver((changes) => {
    for (const change of changes) for (const line of change.addedNodes) if (line instanceof Element) tellMessage(line);
    showCount();
  }).observe(list, { childList: true });
  new MutationObserver(showCount).observe(panel, { attributes: true, attributeFilter: ["hidden"] });
}

/* ---- The picture stays in sight while one reads further down ------------------------------- */

const MOSTLY = 0.5;
const call = document.getElementById("call");
const stage = call?.querySelector("[data-stage]");
if (call && stage) {
  new IntersectionObserver(([seen]) => {
    if (!document.documentElement.classList.contains("floating")) call.style.minHeight = `${call.offsetHeight}px`;
    const gone = seen.intersectionRatio < MOSTLY && seen.boundingClientRect.top < 0;
    document.documentElement.classList.toggle("floating", gone);
    if (!gone) call.style.minHeight = "";
  }, { threshold: [0, MOSTLY, 1] }).observe(call);
}

/* ---- Pictures beside the call, not over it -------------------------------------------- */

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-picture]") : null;
  const viewer = document.querySelector("[data-viewer]");
  const picture = viewer?.querySelector("img");
  const words = viewer?.querySelector("figcaption");
  if (!(link instanceof HTMLAnchorElement) || !(viewer instanceof HTMLElement) || !picture || !words) return;
  if (/** @type {MouseEvent} */ (event).ctrlKey || /** @type {MouseEvent} */ (event).metaKey) return;
  event.preventDefault();
  picture.src = link.href;
  picture.alt = words.textContent = (link.textContent ?? "").trim();
  viewer.hidden = false;
});

/* ---- On a phone the picture stays in sight while one writes ---------------------------- */

const notePart = document.getElementById("note-form");
notePart?.addEventListener("focusin", () => document.documentElement.classList.toggle("noting", room.dataset.phase === "call"));
notePart?.addEventListener("focusout", (event) => {
  if (event.relatedTarget instanceof Node && notePart.contains(event.relatedTarget)) return;
  document.documentElement.classList.remove("noting");
});
