// @ts-check
import { csrfToken } from "./credentials.js";
import { LocalMedia } from "./localmedia.js";
import { level } from "./silence.js";
import { Texts } from "./texts.js";

/**
 * @typedef {"ok" | "refused" | "none" | "broken" | "skipped" | "hear"} Status
 * @typedef {{status: Status, detail?: string}} Outcome
 */
const STEP_TIMEOUT = 12000;

/** What one step could not do, in words of ours. */
class Trouble extends Error {
  /** @param {Status} status @param {string} [detail] */
  constructor(status, detail = "") {
    super(detail);
    this.status = status;
  }
}

/** The named steps of the device test, in order; each is tried even when another failed. */
export class DeviceTest {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.texts = new Texts(root);
    this.local = new LocalMedia();
    /** @type {Record<string, Outcome>} */
    this.results = {};
    /** @type {Record<string, () => Promise<string | void>>} */
    this.steps = {
      browser: () => this.#browser(),
      permission: () => this.#permission(),
      microphone: () => this.#microphone(),
      camera: () => this.#camera(),
      devices: () => this.#devices(),
      speaker: () => this.#speaker(),
      server: () => this.#server(),
      socket: () => this.#socket(),
      webrtc: () => this.#loop({}, "webrtc"),
      relay: () => this.#relay(),
    };
    this.#button("start")?.addEventListener("click", () => this.run());
    this.#button("report")?.addEventListener("click", () => this.#download());
    for (const answer of ["heard", "not-heard"]) {
      this.#button(answer)?.addEventListener("click", () => this.#heard(answer === "heard"));
    }
  }

  /** @param {string} name @returns {HTMLButtonElement | null} */
  #button(name) {
    return this.root.querySelector(`[data-test="${name}"]`);
  }

  async run() {
    this.#button("start")?.toggleAttribute("disabled", true);
    this.results = {};
    this.local.stop();
    this.local = new LocalMedia();
    for (const [name, step] of Object.entries(this.steps)) {
      this.#show(name, { status: "skipped" }, "running");
      this.#show(name, await this.#try(step));
    }
    this.local.stop();
    this.root.querySelector("[data-picture]")?.toggleAttribute("hidden", true);
    this.#button("start")?.toggleAttribute("disabled", false);
    this.#button("report")?.removeAttribute("hidden");
    await this.#post();
    this.root.dispatchEvent(new CustomEvent("tested", { detail: this.results, bubbles: true }));
  }

  /** @param {() => Promise<string | void>} step @returns {Promise<Outcome>} */
  async #try(step) {
    const late = new Promise((_, reject) => setTimeout(() => reject(new Trouble("broken", "timeout")), STEP_TIMEOUT));
    try {
      const detail = await Promise.race([step(), late]);
      return { status: "ok", detail: String(detail ?? "") };
    } catch (error) {
      if (error instanceof Trouble) return { status: error.status, detail: error.message };
      return { status: "broken", detail: error instanceof Error ? error.name : "" };
    }
  }

  /** @param {string} name @param {Outcome} outcome @param {string} [word] */
  #show(name, outcome, word = outcome.status) {
    this.results[name] = outcome;
    const line = /** @type {HTMLElement | null} */ (this.root.querySelector(`[data-step="${name}"]`));
    if (!line) return;
    line.dataset.status = word;
    const [status, hint] = ["[data-step-status]", "[data-step-hint]"].map((selector) => line.querySelector(selector));
    if (status) status.textContent = this.texts.get(`status-${word}`);
    if (hint) hint.textContent = this.texts.get(`hint-${name}-${word}`) || this.texts.get(`hint-${word}`);
    line.toggleAttribute("aria-current", word === "running");
    if (name === "speaker") this.root.querySelector("[data-speaker]")?.toggleAttribute("hidden", word === "running");
  }

  async #browser() {
    if (!window.isSecureContext) throw new Trouble("broken", "insecure");
    if (!window.RTCPeerConnection || !navigator.mediaDevices || !window.WebSocket) throw new Trouble("none", "webrtc");
  }

  async #permission() {
    await this.local.open();
    const { audio, video } = this.local.problems;
    const problems = [audio, video];
    if (problems.includes("refused")) throw new Trouble("refused", "browser");
    if (problems.includes("system")) throw new Trouble("refused", "system");
  }

  async #microphone() {
    const track = this.#track("audio");
    const context = new AudioContext();
    await context.resume();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const meter = /** @type {HTMLMeterElement | null} */ (this.root.querySelector("[data-level]"));
    let loudest = 0;
    for (let i = 0; i < 40 && loudest < 0.02; i += 1) {
      await pause(100);
      loudest = Math.max(loudest, level(analyser));
      if (meter) meter.value = Math.min(1, level(analyser) * 8);
    }
    await context.close();
    if (loudest < 0.0006) throw new Trouble("broken", "silent");
    return `${Math.round(loudest * 1000)}`;
  }

  async #camera() {
    const track = this.#track("video");
    this.root.querySelector("[data-picture]")?.toggleAttribute("hidden", false);
    const video = /** @type {HTMLVideoElement} */ (this.root.querySelector("[data-preview]"));
    video.muted = true;
    video.srcObject = new MediaStream([track]);
    await video.play();
    for (let i = 0; i < 50 && !video.videoWidth; i += 1) await pause(100);
    if (!video.videoWidth) throw new Trouble("broken", "no picture");
    await pause(800); // long enough to see oneself; the picture stays until the end
    return `${video.videoWidth}x${video.videoHeight}`;
  }

  /** @param {"audio" | "video"} kind */
  #track(kind) {
    const track = kind === "audio" ? this.local.audio : this.local.video;
    if (track) return track;
    const problem = this.local.problems[kind];
    throw new Trouble(problem === "none" ? "none" : problem === "busy" ? "broken" : "refused", problem);
  }

  async #devices() {
    const all = await navigator.mediaDevices.enumerateDevices();
    const count = (/** @type {string} */ kind) => all.filter((device) => device.kind === kind).length;
    if (!count("audioinput") && !count("videoinput")) throw new Trouble("none");
    return ["videoinput", "audioinput", "audiooutput"].map((kind) => `${kind} ${count(kind)}`).join(", ");
  }

  async #speaker() {
    const context = new AudioContext();
    await context.resume();
    const tone = new OscillatorNode(context, { frequency: 523 });
    const gain = new GainNode(context, { gain: 0.15 });
    tone.connect(gain).connect(context.destination);
    tone.start();
    await pause(1200);
    tone.stop();
    await context.close();
    throw new Trouble("hear");
  }

  /** @param {boolean} yes */
  #heard(yes) {
    this.#show("speaker", { status: yes ? "ok" : "broken", detail: yes ? "" : "not heard" });
    this.#post();
  }

  async #server() {
    const began = performance.now();
    const answer = await fetch(this.root.dataset.serverUrl ?? "/healthz", { cache: "no-store" });
    if (!answer.ok) throw new Trouble("broken", String(answer.status));
    return `${Math.round(performance.now() - began)} ms`;
  }

  /** The socket opens and our server answers, even to someone without a room. */
  #socket() {
    const url = new URL(this.root.dataset.socketUrl ?? "/ws/salle", location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url);
      socket.onopen = () => {
        socket.close();
        resolve("");
      };
      socket.onerror = () => reject(new Trouble("broken", "socket"));
    });
  }

  async #relay() {
    const url = this.root.dataset.iceUrl;
    if (!url) throw new Trouble("skipped");
    const headers = { "X-CSRFToken": csrfToken(), Accept: "application/json" };
    const answer = await fetch(url, { method: this.root.dataset.iceMethod ?? "GET", headers, credentials: "same-origin" });
    if (answer.status === 429) throw new Trouble("skipped", "busy");
    if (!answer.ok) throw new Trouble("broken", String(answer.status));
    const body = await answer.json();
    const servers = (body.ice ?? body).iceServers ?? [];
    const turn = servers.filter((/** @type {RTCIceServer} */ server) => String(server.urls).includes("turn"));
    if (turn.length === 0) throw new Trouble("skipped", "no relay");
    return this.#loop({ iceServers: turn, iceTransportPolicy: "relay" }, "relay");
  }

  /**
   * Two connections in this page, one word across.
   * @param {RTCConfiguration} configuration
   * @param {string} name
   */
  async #loop(configuration, name) {
    const [a, b] = [new RTCPeerConnection(configuration), new RTCPeerConnection(configuration)];
    try {
      a.onicecandidate = ({ candidate }) => candidate && b.addIceCandidate(candidate).catch(() => undefined);
      b.onicecandidate = ({ candidate }) => candidate && a.addIceCandidate(candidate).catch(() => undefined);
      const channel = a.createDataChannel(name);
      const heard = new Promise((resolve) => {
        b.ondatachannel = ({ channel: other }) => (other.onmessage = resolve);
      });
      channel.onopen = () => channel.send("1");
      await a.setLocalDescription();
      if (a.localDescription) await b.setRemoteDescription(a.localDescription);
      await b.setLocalDescription();
      if (b.localDescription) await a.setRemoteDescription(b.localDescription);
      const began = performance.now();
      await heard;
      return `${Math.round(performance.now() - began)} ms`;
    } finally {
      a.close();
      b.close();
    }
  }

  /** No name, no address, no label of a device: what worked, and on which kind of browser. */
  report() {
    const lines = Object.entries(this.results).map(
      ([name, { status, detail }]) => `${name}: ${status}${detail ? ` (${detail})` : ""}`,
    );
    return [`Toubib ${new Date().toISOString()}`, navigator.userAgent, ...lines, ""].join("\n");
  }

  #download() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([this.report()], { type: "text/plain" }));
    link.download = `toubib-test-${new Date().toISOString().slice(0, 10)}.txt`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  async #post() {
    const url = this.root.dataset.resultUrl;
    if (!url) return;
    const steps = Object.entries(this.results).map(([step, { status, detail }]) => ({ step, status, detail: detail ?? "" }));
    const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() };
    await fetch(url, { method: "POST", headers, body: JSON.stringify({ steps }) }).catch(() => undefined);
  }
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const root = /** @type {HTMLElement | null} */ (document.getElementById("device-test"));
if (root) Object.assign(root, { test: new DeviceTest(root) });
