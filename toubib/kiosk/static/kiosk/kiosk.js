// @ts-check
/* Every page of a kiosk: wipes after a while without a touch, says each minute how the machine is, goes dark of any
   name when the network is gone, reads the page aloud on request. Words come from the page. Toubib, EUPL-1.2

   footer[data-kiosk]   data-idle (seconds, empty: nobody's session), data-warning, data-lost (of silence, after which the
                        server has closed the session), data-report-url, data-worker-url
   form[data-wipe]      the one way to end a session; its field `reason` says why
   #kiosk-idle          the warning, with [data-count]
   template[data-kiosk-offline]   what stays on the screen without network */
import { csrfToken } from "../ui/http.js";
import { checksKept, keepChecks, report } from "./report.js";

const REPORT_EVERY = 60_000;
const PING_EVERY = 5_000;
const LARGE = "kiosk.large";
const frame = /** @type {HTMLElement | null} */ (document.querySelector("footer[data-kiosk]"));
const IDLE = Number(frame?.dataset.idle ?? 0) * 1000;
const WARNING = Number(frame?.dataset.warning ?? 0) * 1000;
const LOST = Number(frame?.dataset.lost ?? 0) * 1000;
let touchedAt = Date.now();
let cutSince = 0;
let gone = false;

/* ---- The end ---------------------------------------------------------------- */

/** @param {string} reason */
function wipe(reason) {
  if (gone) return;
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-wipe]"));
  if (!form) return;
  gone = true;
  forgetHere();
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("reason"));
  field.value = reason;
  form.submit();
}

/** What a script may forget by itself; the server's answer forgets the rest. */
function forgetHere() {
  const checks = checksKept();
  sessionStorage.clear();
  localStorage.clear();
  if (checks) keepChecks(checks);
}

/** The page that the service worker keeps: it names the nearest other kiosk. @returns {Promise<Element | null>} */
async function keptPage() {
  try {
    const answer = await caches.match("/borne/panne");
    const text = answer ? await answer.text() : "";
    return text ? new DOMParser().parseFromString(text, "text/html").querySelector("main") : null;
  } catch {
    return null; // no service worker here: the words of the page serve
  }
}

/** Without network the server can say nothing: the screen, the storage and the cookies a script sees go now. */
async function goDark() {
  if (gone || !IDLE) return;
  gone = true;
  const kept = await keptPage();
  forgetHere();
  for (const one of document.cookie.split("; ")) {
    document.cookie = `${one.split("=")[0]}=; Max-Age=0; path=/`;
  }
  const words = document.querySelector("template[data-kiosk-offline]");
  const main = document.createElement("main");
  main.id = "contenu";
  main.className = "wrap narrow stack wide pad";
  main.dataset.offlinePage = "1";
  if (kept) main.append(...kept.childNodes);
  else if (words instanceof HTMLTemplateElement) main.append(words.content.cloneNode(true));
  for (const dialog of document.querySelectorAll("dialog[open]")) /** @type {HTMLDialogElement} */ (dialog).close();
  document.querySelectorAll("video,audio").forEach((one) => {
    const stream = /** @type {HTMLMediaElement} */ (one).srcObject;
    if (stream instanceof MediaStream) stream.getTracks().forEach((track) => track.stop());
  });
  document.title = "Toubib";
  document.body.replaceChildren(main);
  window.setInterval(comeBack, PING_EVERY);
}

async function comeBack() {
  try {
    const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(4000) });
    if (answer.ok) window.location.replace("/borne?demarrage=1");
  } catch {
    // still without network
  }
}

document.addEventListener("submit", (event) => {
  if (event.target instanceof HTMLFormElement && event.target.matches("[data-wipe]")) forgetHere();
});

/* ---- A touch, or none ------------------------------------------------------- */

const dialog = /** @type {HTMLDialogElement | null} */ (document.getElementById("kiosk-idle"));

function touch() {
  touchedAt = Date.now();
  if (dialog?.open) dialog.close();
}
for (const name of ["pointerdown", "keydown", "wheel", "touchstart", "input"]) {
  document.addEventListener(name, touch, { capture: true, passive: true });
}

/** In a call nobody touches the screen: the doctor ends it. */
function isCalled() {
  return document.getElementById("call") !== null;
}

/** Picture and sound may go on between two browsers while the server is away. */
function isTalking() {
  const { call } = /** @type {any} */ (document.getElementById("call") ?? {});
  return [...(call?.room.people.values() ?? [])].some(({ peer }) => peer.pc?.connectionState === "connected");
}

function lookAround() {
  if (!IDLE || gone || isCalled()) return;
  const left = IDLE - (Date.now() - touchedAt);
  if (left <= 0) return cutSince ? goDark() : wipe("idle");
  if (left <= WARNING && dialog) {
    if (!dialog.open) dialog.showModal();
    const count = dialog.querySelector("[data-count]");
    const seconds = String(Math.ceil(left / 1000));
    if (count && count.textContent !== seconds) count.textContent = seconds;
  }
}
if (IDLE) window.setInterval(lookAround, 500);

/* ---- How the machine is ------------------------------------------------------ */

async function send() {
  const status = await report();
  cutSince = status ? 0 : cutSince || Date.now();
  return status;
}

async function tellHowItIs() {
  if (!frame || gone) return;
  const status = await send();
  if (status === 404) window.location.replace("/borne"); // this machine was taken out of service
}

/** A network that is gone for as long as a person may be: the screen goes dark of any name. In a call, once the server
 * has closed the session and nobody is heard any more. */
async function watchNetwork() {
  if (!cutSince && navigator.onLine) return;
  cutSince = cutSince || Date.now();
  await send();
  const limit = isCalled() ? LOST : IDLE;
  if (cutSince && Date.now() - cutSince >= limit && !isTalking()) goDark();
}
if (frame) {
  window.setInterval(tellHowItIs, REPORT_EVERY);
  if (IDLE) window.setInterval(watchNetwork, PING_EVERY);
  window.addEventListener("offline", () => { cutSince = cutSince || Date.now(); });
}
document.addEventListener("toubib:connection", (event) => {
  if (!(/** @type {CustomEvent} */ (event).detail.up)) cutSince = cutSince || Date.now();
});

/* A part of a page that is asked again and again, news or no news. */
for (const one of document.querySelectorAll("[data-poll]")) {
  const element = /** @type {HTMLElement} */ (one);
  window.setInterval(async () => {
    try {
      const answer = await fetch(element.dataset.refreshUrl ?? "", { cache: "no-store", headers: { "Toubib-Fragment": "1" } });
      if (answer.ok && !answer.redirected) element.innerHTML = await answer.text();
    } catch {
      cutSince = cutSince || Date.now();
    }
  }, Number(element.dataset.poll) * 1000);
}

if (frame && "serviceWorker" in navigator) {
  navigator.serviceWorker.register(frame.dataset.workerUrl ?? "", { scope: "/" }).catch(() => {});
}

/* ---- Larger, aloud, help ------------------------------------------------------ */

const larger = document.querySelector("[data-larger]");
function showSize() {
  const large = sessionStorage.getItem(LARGE) === "1";
  document.documentElement.toggleAttribute("data-large", large);
  larger?.setAttribute("aria-pressed", String(large));
}
larger?.addEventListener("click", () => {
  sessionStorage.setItem(LARGE, sessionStorage.getItem(LARGE) === "1" ? "" : "1");
  showSize();
});
showSize();

const speaker = /** @type {HTMLElement | null} */ (document.querySelector("[data-speak]"));
const words = speaker?.querySelector("span");
const listen = words?.textContent ?? "";

/** A voice of the machine itself: what is on the screen is sent to nobody. */
function voice() {
  const language = document.documentElement.lang;
  return window.speechSynthesis?.getVoices().find((one) => one.localService && one.lang.startsWith(language));
}
function showSpeaker() {
  if (speaker) speaker.hidden = !voice();
}
if (speaker && "speechSynthesis" in window) {
  showSpeaker();
  window.speechSynthesis.addEventListener("voiceschanged", showSpeaker);
  speaker.addEventListener("click", () => {
    if (window.speechSynthesis.speaking) return window.speechSynthesis.cancel();
    const parts = document.querySelectorAll("main :is(h1,h2,p,label,legend,li,.hint,.error)");
    for (const part of parts) {
      const text = part instanceof HTMLElement && part.offsetParent ? part.innerText.trim() : "";
      if (!text || part.querySelector("h1,h2,p,label,legend,li")) continue;
      const said = new SpeechSynthesisUtterance(text);
      said.voice = voice() ?? null;
      said.lang = document.documentElement.lang;
      said.onstart = () => { part.classList.add("kiosk-speaking"); if (words) words.textContent = speaker.dataset.stop ?? ""; };
      said.onend = said.onerror = () => { part.classList.remove("kiosk-speaking"); if (words && !window.speechSynthesis.pending) words.textContent = listen; };
      window.speechSynthesis.speak(said);
    }
  });
}

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-help-url]") : null;
  if (!(button instanceof HTMLElement)) return;
  await fetch(button.dataset.helpUrl ?? "", { method: "POST", headers: { "X-CSRFToken": csrfToken() } }).catch(() => null);
  document.dispatchEvent(new CustomEvent("toubib:toast", { detail: { text: button.dataset.helpSaid } }));
});
