// @ts-check
import { Chat } from "./chat.js";
import { Controls } from "./controls.js";
import { Credentials, Gone } from "./credentials.js";
import { LocalMedia } from "./localmedia.js";
import { Measure } from "./measure.js";
import { Notices } from "./notices.js";
import { Room } from "./room.js";
import { Signaling } from "./signaling.js";
import { SilenceWatch } from "./silence.js";
import { Units } from "./units.js";
import { Texts } from "./texts.js";
import { Stage } from "./tiles.js";

const root = /** @type {HTMLElement} */ (document.getElementById("call"));

/** @param {HTMLElement} root */
async function begin(root) {
  const texts = new Texts(root);
  const notices = new Notices(root);
  const credentials = new Credentials(root.dataset.credentialsUrl ?? "");
  const local = new LocalMedia();
  const signaling = new Signaling(credentials);
  const stage = new Stage(root);
  const room = new Room({ signaling, local, credentials, stage, notices, texts });
  const measure = new Measure({
    url: root.dataset.measuresUrl ?? "",
    credentials,
    peers: () => [...room.people].map(([id, { peer }]) => [id, peer]),
  });
  room.silentFor = (id) => measure.silentFor(id);
  Object.assign(root, { call: { room, local, signaling, measure, credentials } });
  onEnd({ root, texts, notices, signaling, credentials, room, local, measure });
  onServer({ texts, notices, signaling });

  await Promise.all([local.open(), firstPass(credentials)]);
  if (signaling.ended) return;
  showSelf(root, local);
  const hangUp = async () => {
    await Promise.race([measure.flush(), new Promise((resolve) => setTimeout(resolve, 800))]);
    signaling.leave();
  };
  new Controls({ root, room, local, signaling, texts, notices, onHangUp: hangUp });
  const units = new Units({ root, room, local, signaling, texts, notices });
  Object.assign(/** @type {any} */ (root).call, { units });
  new SilenceWatch(local, (silent) => notices.set("silent", silent ? texts.get("mic-silent") : ""));
  beginChat(root, { texts, credentials, signaling });
  signaling.addEventListener("welcome", () => measure.start(credentials.pass?.room ?? ""), { once: true });
  signaling.connect();
}

/** The first pass decides whether there is a call at all; when the server is away the socket tries on. @param {Credentials} credentials */
async function firstPass(credentials) {
  try {
    await credentials.refresh();
  } catch (error) {
    if (error instanceof Gone) credentials.dispatchEvent(new CustomEvent("gone", { detail: error.status }));
  }
}

/** @param {HTMLElement} root @param {LocalMedia} local */
function showSelf(root, local) {
  const video = /** @type {HTMLVideoElement} */ (root.querySelector("[data-self] video"));
  video.muted = true;
  video.srcObject = local.main;
  const show = () => video.classList.toggle("off", !local.video);
  local.addEventListener("track", show);
  show();
}

/** @param {HTMLElement} root @param {{texts: Texts, credentials: Credentials, signaling: Signaling}} parts */
function beginChat(root, { texts, credentials, signaling }) {
  const box = /** @type {HTMLElement | null} */ (document.querySelector("[data-chat]"));
  if (!box || !root.dataset.messagesUrl) return;
  const chat = new Chat({ box, url: root.dataset.messagesUrl, credentials, texts, me: () => credentials.pass?.participant ?? "" });
  signaling.addEventListener("welcome", () => chat.catchUp());
  signaling.addEventListener("message", (event) => {
    const { type, event: word } = /** @type {CustomEvent} */ (event).detail;
    if (type === "news" && (word === "chat" || word === "resync")) chat.catchUp();
  });
}

/** While the server is away the call goes on, and the page says so. @param {{texts: Texts, notices: Notices, signaling: Signaling}} parts */
function onServer({ texts, notices, signaling }) {
  let timer = 0;
  signaling.addEventListener("message", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    if (detail.type === "news") document.dispatchEvent(new CustomEvent("call-news", { detail }));
  });
  signaling.addEventListener("away", () => {
    timer ||= setTimeout(() => notices.set("server", texts.get("server-away")), 800);
  });
  signaling.addEventListener("welcome", () => {
    clearTimeout(timer);
    timer = 0;
    notices.set("server", "");
  });
}

/** @param {{root: HTMLElement, texts: Texts, notices: Notices, signaling: Signaling, credentials: Credentials,
 *           room: Room, local: LocalMedia, measure: Measure}} parts */
function onEnd({ root, texts, notices, signaling, credentials, room, local, measure }) {
  /** @param {string} why */
  const end = (why) => {
    measure.flush();
    clearInterval(measure.timer);
    room.stop();
    local.stop();
    if (why === "closed" || why === "left") {
      location.assign(root.dataset.afterUrl ?? "/");
      return;
    }
    notices.set("ended", texts.get(why));
    notices.offer(why === "replaced" ? "again" : "onward");
    for (const control of root.querySelectorAll("[data-control]")) control.toggleAttribute("disabled", true);
  };
  signaling.addEventListener("ended", (event) => end(/** @type {CustomEvent} */ (event).detail.why));
  credentials.addEventListener("gone", () => {
    if (signaling.ended) return;
    signaling.ended = true;
    signaling.socket?.close();
    end("gone");
  });
}

if (root) begin(root);
