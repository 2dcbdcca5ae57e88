// @ts-check
/* The waiting room: the rank from the news itself, so that two thousand pages ask the server nothing; into the call
   by itself when the doctor opens the room; sharing a link. Words come from #line-words. Toubib, EUPL-1.2 */

/** @typedef {{suffixes: string[], range_minutes: string, range: string, minutes: string, hours: string, clock_sharp: string,
 *             hours_minutes: string, clock: string, ahead: string, behind: string, none_ahead: string, none_behind: string,
 *             thread: string, doctors: string[], most_dots: number}} Words */
/** @typedef {{topic?: string, event?: string, rank?: number, ahead?: number, behind?: number,
 *             low?: number | null, high?: number | null, at?: string, doctors?: number}} News */

const section = /** @type {HTMLElement | null} */ (document.getElementById("line"));
const wordsBox = document.getElementById("line-words");
const words = /** @type {Words | null} */ (wordsBox ? JSON.parse(wordsBox.textContent ?? "null") : null);
const FIRST_ASK = 400;
const PORTRAITS_WITHIN = 30000; // the count is news; the portraits are asked for, spread out over a long line
let renewing = false;

/** @param {string} pattern @param {Record<string, unknown>} values */
function fill(pattern, values) {
  return pattern.replace(/%\((\w+)\)s/g, (_whole, key) => String(values[key] ?? ""));
}

/** No line break inside. @param {string} text */
const together = (text) => text.replaceAll(" ", "\u00a0");

/** @param {Words} say @param {number} minutes */
function lengthOf(say, minutes) {
  if (minutes < 60) return fill(say.minutes, { minutes });
  const rest = minutes % 60;
  const hour = Math.floor(minutes / 60);
  return rest ? fill(say.hours_minutes, { hours: hour, minutes: String(rest).padStart(2, "0") }) : fill(say.hours, { hours: hour });
}

/** @param {Words} say @param {number} low @param {number} high */
function intervalOf(say, low, high) {
  if (low >= high) return together(lengthOf(say, high));
  if (high < 60) return together(fill(say.range_minutes, { low, high }));
  return together(fill(say.range, { low: lengthOf(say, low), high: lengthOf(say, high) }));
}

/** The hour in Paris so many minutes from now. @param {Words} say @param {number} minutes */
function clockIn(say, minutes) {
  const then = new Date(Date.now() + minutes * 60000);
  const parts = new Intl.DateTimeFormat("fr-FR", { hour: "numeric", minute: "2-digit", hourCycle: "h23", timeZone: "Europe/Paris" })
    .formatToParts(then);
  const of = (/** @type {string} */ type) => parts.find((part) => part.type === type)?.value ?? "";
  const hour = Number(of("hour"));
  return together(of("minute") === "00" ? fill(say.clock_sharp, { hour }) : fill(say.clock, { hour, minute: of("minute") }));
}

/** @param {string} name @param {string} text */
function put(name, text) {
  const element = section?.querySelector(`[data-line="${name}"]`);
  if (element && element.textContent !== text) element.textContent = text;
}

/** @param {Words} say @param {"ahead" | "behind"} side @param {number} count */
function dots(say, side, count) {
  const box = section?.querySelector(`[data-line-dots="${side}"]`);
  if (!box) return;
  const wanted = Math.min(count, say.most_dots);
  while (box.children.length > wanted) box.lastElementChild?.remove();
  while (box.children.length < wanted) box.append(document.createElement("i"));
  const nobody = side === "ahead" ? say.none_ahead : say.none_behind;
  put(side, count === 0 ? nobody : fill(say[side], { count }));
}

/** @param {Words} say @param {News} news */
function showRank(say, news) {
  const rank = news.rank ?? 1;
  const figure = section?.querySelector("[data-line-rank]");
  if (figure) {
    const suffix = document.createElement("sup");
    suffix.textContent = say.suffixes[Math.min(rank, say.suffixes.length) - 1];
    if (figure.textContent !== `${rank}${suffix.textContent}`) figure.replaceChildren(String(rank), suffix);
  }
  const [ahead, behind] = [news.ahead ?? 0, news.behind ?? 0];
  dots(say, "ahead", ahead);
  dots(say, "behind", behind);
  const crew = showDoctors(say, news.doctors);
  section?.querySelector("[data-line-thread]")?.setAttribute("aria-label", fill(say.thread, { ahead, behind }) + crew);
  showWait(say, news);
}

/** How many doctors are there; with none, or the first one, the page is asked anew by `showWait`.
 *  @param {Words} say @param {number | undefined} count @returns {string} */
function showDoctors(say, count) {
  const shown = section?.querySelector('[data-line="doctors"]');
  if (!shown || !count) return "";
  const text = fill(say.doctors[count === 1 ? 0 : 1], { count });
  if (shown.textContent !== text) setTimeout(renew, Math.random() * PORTRAITS_WITHIN);
  put("doctors", text);
  return ` ${text}.`;
}

/** @param {Words} say @param {News} news */
function showWait(say, { low, high, at }) {
  const shown = section?.querySelector('[data-line="wait"]');
  const known = typeof low === "number" && typeof high === "number";
  if (section?.querySelector("[data-line-offered]")) return; // a doctor looks at the request: no interval is shown
  if (known !== Boolean(shown)) return void setTimeout(renew, Math.random() * 2000); // a doctor came, or the last one left
  if (typeof low !== "number" || typeof high !== "number") return;
  put("wait", intervalOf(say, low, high));
  put("from", clockIn(say, low));
  put("to", clockIn(say, high));
  if (at) put("at", at);
}

/** Asks once for what may have happened before the stream was open. */
async function renew() {
  if (!section?.dataset.refreshUrl || renewing) return;
  renewing = true;
  try {
    const answer = await fetch(section.dataset.refreshUrl, { headers: { "Toubib-Fragment": "1" }, cache: "no-store" });
    const goal = answer.headers.get("HX-Redirect");
    if (goal?.startsWith("/") && !goal.startsWith("//")) return void window.location.assign(goal);
    if (!answer.ok || answer.redirected) return;
    const parsed = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    if (parsed.innerHTML.trim() !== section.innerHTML.trim()) section.replaceChildren(...parsed.childNodes);
  } catch {
    // live.js says that the connection is lost, and asks again
  } finally {
    renewing = false;
  }
}

/** Into the call, unless the person came back here by the back button. */
function enterCall() {
  const link = document.querySelector("[data-enter-call]");
  if (!(link instanceof HTMLAnchorElement)) return;
  const way = /** @type {PerformanceNavigationTiming | undefined} */ (performance.getEntriesByType("navigation")[0]);
  if (link.dataset.enterCall === "now" && way?.type !== "back_forward") window.location.assign(link.href);
}

document.addEventListener("toubib:news", (event) => {
  const news = /** @type {News} */ (/** @type {CustomEvent} */ (event).detail);
  if (section?.dataset.liveTopic && news.topic !== section.dataset.liveTopic) return;
  if (news.event === "rank" && words) showRank(words, news);
  const link = document.querySelector("[data-enter-call]");
  if (news.event === "in_call" && link instanceof HTMLAnchorElement) window.location.assign(link.href);
});
document.addEventListener("toubib:connection", (event) => {
  if (/** @type {CustomEvent} */ (event).detail.up) setTimeout(renew, Math.random() * FIRST_ASK);
}, { once: true });

for (const button of document.querySelectorAll("[data-share]")) {
  if (!(button instanceof HTMLElement) || !("share" in navigator)) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.share({ title: document.title, text: button.dataset.shareText, url: button.dataset.share }).catch(() => {});
  });
}
document.getElementById("link")?.focus(); // the link of an invitation, shown once
enterCall();
