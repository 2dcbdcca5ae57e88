// @ts-check
/* The desk: an offer is heard, seen in the title and said aloud; the dialog that gives a priority. Toubib, EUPL-1.2 */

const TITLE = document.title;
let known = offerOf()?.dataset.offer ?? "";
/** @type {AudioContext | null} */ let audio = null;

/** @returns {HTMLElement | null} */
function offerOf() {
  return document.querySelector("#panel [data-offer]");
}

/* A sound needs a first gesture: the browser's rule. */
document.addEventListener("pointerdown", () => { audio ??= new AudioContext(); }, { once: true });

function ring() {
  if (!audio) return;
  for (const [start, pitch] of [[0, 660], [0.22, 880]]) {
    const tone = audio.createOscillator();
    const loudness = audio.createGain();
    const at = audio.currentTime + start;
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0.0001, at);
    loudness.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.0001, at + 0.2);
    tone.connect(loudness).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.22);
  }
}

function tell() {
  const offer = offerOf();
  const words = offer?.dataset.say ?? "";
  const state = document.querySelector("[data-duty-state]");
  const panel = document.getElementById("panel");
  if (state && panel?.dataset.duty) state.textContent = panel.dataset.duty;
  document.title = offer ? `(1) ${words}` : TITLE;
  const fresh = offer?.dataset.offer ?? "";
  if (fresh && fresh !== known) {
    ring();
    document.dispatchEvent(new CustomEvent("toubib:say", { detail: { text: words } }));
  }
  known = fresh;
}

/* ---- The time left to answer, counted from what the server said: this machine's clock may be wrong -------- */

let ticking = 0;

function countDown() {
  clearInterval(ticking);
  const line = /** @type {HTMLElement | null} */ (document.querySelector("#panel [data-left]"));
  const words = line?.querySelector("[data-left-words]");
  if (!line || !words) return;
  const end = performance.now() + Number(line.dataset.left) * 1000;
  const show = () => {
    const left = Math.max(0, Math.round((end - performance.now()) / 1000));
    const [m, s] = [Math.floor(left / 60), left % 60];
    const pattern = (left === 0 ? line.dataset.over : m ? line.dataset.minutes : line.dataset.seconds) ?? "";
    words.textContent = pattern.replace("{m}", String(m)).replace("{s}", m ? String(s).padStart(2, "0") : String(s));
    if (left === 0) clearInterval(ticking);
  };
  ticking = setInterval(show, 1000);
  show();
}

document.addEventListener("toubib:refreshed", (event) => {
  if (!(event.target instanceof HTMLElement) || event.target.id !== "panel") return;
  tell();
  countDown();
});
if (offerOf()) tell();
countDown();

/* ---- Priority --------------------------------------------------------------- */

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-tier]") : null;
  const dialog = document.getElementById("tier-dialog");
  if (!(link instanceof HTMLAnchorElement) || !(dialog instanceof HTMLDialogElement)) return;
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
  form.action = link.href;
  /** @type {HTMLElement} */ (dialog.querySelector("[data-tier-name]")).textContent = link.dataset.tier ?? "";
  if (!dialog.open) dialog.showModal();
});
