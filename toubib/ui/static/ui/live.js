// @ts-check
/* News of the server on a page: one event stream, a notice when it is lost, polling meanwhile, all put right after.

   On the page
     data-live-topic="ticket:…"      only news of this topic concerns the element and what it holds
     data-refresh-url="/…"           where the element's HTML comes from
     data-refresh-on="rank offer"    which events renew it ("*": any)
     data-refresh-first              renewed too when the stream first opens: news came before anybody listened
     data-rank-field="rank|ahead|…"  filled from the event `rank`
     [data-live-notice], template[data-live-lost]   the notice (templates/ui/live.html)
   On document: toubib:news {detail: message}, toubib:connection {detail: {up}}.
   A fragment that answers with the header HX-Redirect moves the page. Toubib, EUPL-1.2 */

/** @typedef {{topic?: string, event?: string, [key: string]: unknown}} News */
/** @typedef {{last: number, timer: number, running: boolean, html: string}} Renewal */

const LOST_AFTER = 5000;
const POLL_FIRST = 3000;
const POLL_EVERY = 10000;
const RENEW_EVERY = 1000;
const SILENT_AFTER = 40000;
const ANSWERED_WITHIN = 15000;
const RETRY = [300, 700, 1500, 2000];

/** @type {AbortController | null} */ let line = null;
/** @type {WeakMap<HTMLElement, Renewal>} */ const renewals = new WeakMap();
let tries = 0;
let wasUp = false;
let everUp = false;
let downSince = 0;
let polledAt = 0;
let pollWorks = false;
let sentAt = 0; // a form of this page: its answer says where the page goes, news meanwhile does not
let refused = false; // nobody, or nothing to follow, for this session
let retryTimer = 0;
let downTimer = 0;
let silentTimer = 0;

/* ---- Connection -----------------------------------------------------------
   The stream is read by fetch: EventSource hides the heartbeat, the status, and events it was not told to expect. */

async function connect() {
  clearTimeout(retryTimer);
  line?.abort();
  const mine = new AbortController();
  line = mine;
  watchSilence();
  try {
    const answer = await fetch(document.querySelector("[data-sse-url]")?.getAttribute("data-sse-url") ?? "/sse", {
      headers: { Accept: "text/event-stream" }, cache: "no-store", signal: mine.signal,
    });
    refused = answer.status === 401 || answer.status === 404;
    if (refused && everUp && !isSending()) return window.location.reload(); // signed out since: the page knows what to say
    if (answer.ok && answer.body) await read(answer.body.getReader());
  } catch {
    // cut: told below, unless we cut it ourselves to begin again
  }
  if (line === mine) onDown();
}

/** @param {ReadableStreamDefaultReader<Uint8Array>} reader */
async function read(reader) {
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    if (!wasUp) onUp();
    watchSilence();
    const blocks = (rest + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const data = block.split(/\r?\n/).filter((one) => one.startsWith("data:")).map((one) => one.slice(5).trimStart());
      if (data.length) receive(data.join("\n"));
    }
  }
}

/** The server says something every 15 s: a long silence is a dead line that the browser has not noticed. */
function watchSilence() {
  clearTimeout(silentTimer);
  silentTimer = window.setTimeout(() => line?.abort(), SILENT_AFTER);
}

function onUp() {
  const again = downSince > 0;
  everUp = true;
  tries = 0;
  downSince = 0;
  clearInterval(downTimer);
  showLost(false);
  announceConnection(true);
  for (const element of renewables()) {
    if (again || element.hasAttribute("data-refresh-first")) later(element, Math.random() * 400);
  }
}

function onDown() {
  clearTimeout(silentTimer);
  announceConnection(false);
  if (!downSince) {
    downSince = Date.now();
    polledAt = Date.now() - POLL_EVERY + POLL_FIRST;
    pollWorks = false;
    clearInterval(downTimer);
    downTimer = window.setInterval(whileDown, 500);
  }
  const wait = refused ? POLL_EVERY : RETRY[Math.min(tries, RETRY.length - 1)] + Math.random() * 300;
  tries += 1;
  clearTimeout(retryTimer);
  retryTimer = window.setTimeout(connect, wait);
}

/** Pages still learn what is new by asking; the notice is for when that fails too. */
async function whileDown() {
  const nothingToAsk = renewables().length === 0;
  if (Date.now() - downSince >= LOST_AFTER) showLost(!pollWorks && !(refused && nothingToAsk));
  if (Date.now() - polledAt < POLL_EVERY) return;
  polledAt = Date.now();
  const answers = await Promise.all(renewables().map((element) => renew(element)));
  pollWorks = answers.some(Boolean);
}

/** @param {boolean} up */
function announceConnection(up) {
  if (up === wasUp) return;
  wasUp = up;
  document.dispatchEvent(new CustomEvent("toubib:connection", { detail: { up } }));
}

/** @param {boolean} lost */
function showLost(lost) {
  const notice = document.querySelector("[data-live-notice]");
  const words = document.querySelector("template[data-live-lost]");
  if (!notice || !(words instanceof HTMLTemplateElement)) return;
  if (lost && !notice.firstChild) notice.append(words.content.cloneNode(true));
  if (!lost) notice.replaceChildren();
}

/* ---- News ------------------------------------------------------------------ */

/** @param {string} data */
function receive(data) {
  /** @type {News} */ let news;
  try {
    news = JSON.parse(data);
  } catch {
    return; // not for us
  }
  if (!news?.event) return;
  if (news.event === "rank") fillRank(news);
  document.dispatchEvent(new CustomEvent("toubib:news", { detail: news }));
  const missed = news.event === "resync"; // the server may have missed some: everything asks again
  for (const element of renewables()) {
    if (missed || concerns(element, news)) later(element, missed ? Math.random() * 400 : 0);
  }
}

/** @returns {HTMLElement[]} */
function renewables() {
  return /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-refresh-url]")]);
}

/** @param {Element} element */
function topicOf(element) {
  return element.closest("[data-live-topic]")?.getAttribute("data-live-topic");
}

/** @param {HTMLElement} element @param {News} news */
function concerns(element, news) {
  const topic = topicOf(element);
  if (topic && topic !== news.topic) return false;
  const events = (element.dataset.refreshOn ?? "*").split(/\s+/);
  return events.includes("*") || events.includes(news.event ?? "");
}

/** @param {News} news */
function fillRank(news) {
  for (const element of document.querySelectorAll("[data-rank-field]")) {
    const topic = topicOf(element);
    const value = news[element.getAttribute("data-rank-field") ?? ""];
    const ours = !topic || topic === news.topic;
    if (ours && value !== undefined && value !== null && element.textContent !== String(value)) {
      element.textContent = String(value);
    }
  }
}

/* ---- Fragments -------------------------------------------------------------- */

/** Never more than one request a second for one element. @param {HTMLElement} element @param {number} wait */
function later(element, wait) {
  const state = renewals.get(element) ?? { last: 0, timer: 0, running: false, html: "" };
  renewals.set(element, state);
  if (state.timer) return;
  const rest = Math.max(wait, state.last + RENEW_EVERY - Date.now(), 0);
  state.timer = window.setTimeout(() => {
    state.timer = 0;
    if (state.running) later(element, RENEW_EVERY);
    else renew(element);
  }, rest);
}

/** @param {HTMLElement} element @returns {Promise<boolean>} whether the server answered */
async function renew(element) {
  const state = renewals.get(element) ?? { last: 0, timer: 0, running: false, html: "" };
  renewals.set(element, state);
  state.last = Date.now();
  state.running = true;
  try {
    const answer = await fetch(element.dataset.refreshUrl ?? "", {
      headers: { "Toubib-Fragment": "1" }, cache: "no-store", signal: AbortSignal.timeout(8000),
    });
    return await take(element, state, answer);
  } catch {
    return false; // no network: the notice says so and the next round tries again
  } finally {
    state.running = false;
  }
}

/** @param {HTMLElement} element @param {Renewal} state @param {Response} answer */
async function take(element, state, answer) {
  const goal = answer.headers.get("HX-Redirect") ?? "";
  const moves = goal.startsWith("/") && !goal.startsWith("//");
  const over = answer.redirected || answer.status === 404 || answer.status === 410;
  if ((moves || over) && isSending()) return true;
  if (moves) {
    window.location.assign(goal);
    return true;
  }
  if (over) {
    window.location.reload(); // signed out, or the thing is over: the whole page knows what to say
    return true;
  }
  if (!answer.ok) return answer.status < 500;
  const html = await answer.text();
  if (html !== state.html && element.isConnected) swap(element, html);
  state.html = html;
  return true;
}

/** @param {HTMLElement} element @param {string} html the element itself or its inside */
function swap(element, html) {
  const parsed = new DOMParser().parseFromString(html, "text/html").body;
  const itself = element.id && parsed.querySelector(`#${CSS.escape(element.id)}`);
  const kept = remember(element);
  element.replaceChildren(...(itself || parsed).childNodes);
  if (itself instanceof HTMLElement) Object.assign(element.dataset, itself.dataset);
  recall(element, kept);
  /** @type {any} */ (window).htmx?.process(element);
  element.dispatchEvent(new CustomEvent("toubib:refreshed", { bubbles: true }));
}

/** @typedef {HTMLInputElement | HTMLTextAreaElement} Typed */

/** @param {Element} one @param {number} index */
function keyOf(one, index) {
  return one.id || one.getAttribute("data-key") || `${one.tagName}:${one.getAttribute("name") ?? ""}:${index}`;
}

/** @param {HTMLElement} root */
function remember(root) {
  const active = document.activeElement;
  const focusables = [...root.querySelectorAll("a,button,input,select,textarea,summary,[tabindex]")];
  const focus = active && root.contains(active) ? keyOf(active, focusables.indexOf(active)) : "";
  const open = new Map([...root.querySelectorAll("details")].map((one, i) => [keyOf(one, i), one.open]));
  /** @type {Map<string, string>} */ const typed = new Map();
  root.querySelectorAll("input:not([type=hidden],[type=radio],[type=checkbox],[type=file]),textarea").forEach((one, i) => {
    const control = /** @type {Typed} */ (one);
    if (control.value !== control.defaultValue) typed.set(keyOf(one, i), control.value);
  });
  return { focus, open, typed };
}

/** @param {HTMLElement} root @param {ReturnType<typeof remember>} kept */
function recall(root, kept) {
  root.querySelectorAll("details").forEach((one, i) => {
    one.open = kept.open.get(keyOf(one, i)) ?? one.open;
  });
  root.querySelectorAll("input:not([type=hidden],[type=radio],[type=checkbox],[type=file]),textarea").forEach((one, i) => {
    const words = kept.typed.get(keyOf(one, i));
    if (words !== undefined) /** @type {Typed} */ (one).value = words;
  });
  if (!kept.focus) return;
  const again = [...root.querySelectorAll("a,button,input,select,textarea,summary,[tabindex]")];
  const found = again.find((one, i) => keyOf(one, i) === kept.focus);
  if (found instanceof HTMLElement) found.focus({ preventScroll: true });
}

/* ---- Sending -----------------------------------------------------------------
   On the window: a script of the page that keeps its form for itself has said so by then. */

function isSending() {
  return Date.now() - sentAt < ANSWERED_WITHIN;
}

window.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) sentAt = Date.now();
});

/* ---- Start ------------------------------------------------------------------ */

window.addEventListener("offline", () => line?.abort());
window.addEventListener("online", () => { if (downSince) connect(); });
window.addEventListener("pagehide", () => {
  const ours = line;
  line = null; // so that nobody tries again
  ours?.abort();
  clearTimeout(retryTimer);
  clearTimeout(silentTimer);
  clearInterval(downTimer);
});
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  wasUp = false;
  downSince = downSince || Date.now();
  connect();
});
connect();
