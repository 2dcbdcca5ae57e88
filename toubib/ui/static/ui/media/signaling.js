// @ts-check
import { Gone, NotOpen } from "./credentials.js";

const DELAYS = [200, 400, 800, 1600];
const PING_EVERY = 4000;
const SILENT_AFTER = 10000;
const STEADY_AFTER = 3000;
/** Close codes after which this page does not come back by itself. */
const ENDINGS = { 4001: "replaced", 4003: "removed", 4004: "closed" };

/**
 * The socket of the room: comes back within two seconds of the server, says hello with a fresh pass.
 * Events: `welcome`, `message` (detail: the message), `away`, `ended` (detail: {why, status}).
 */
export class Signaling extends EventTarget {
  /** @param {import("./credentials.js").Credentials} credentials */
  constructor(credentials) {
    super();
    this.credentials = credentials;
    this.tab = crypto.randomUUID();
    this.since = 0;
    /** @type {WebSocket | null} */
    this.socket = null;
    this.open = false;
    this.ended = false;
    this.tries = 0;
    this.heard = 0;
    this.welcomed = 0;
    this.retry = 0;
    this.pinging = setInterval(() => this.#ping(), PING_EVERY);
    addEventListener("online", () => this.#hurry());
  }

  async connect() {
    if (this.ended || this.socket) return;
    clearTimeout(this.retry);
    /** @type {import("./credentials.js").Pass} */
    let pass;
    try {
      pass = await this.credentials.forConnection();
    } catch (error) {
      if (error instanceof Gone) this.#end("gone", error.status);
      else this.#later(!(error instanceof NotOpen));
      return;
    }
    if (this.ended || this.socket) return;
    this.#dial(pass);
  }

  /** @param {import("./credentials.js").Pass} pass */
  #dial(pass) {
    const url = new URL(pass.ws, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    this.socket = socket;
    this.heard = Date.now();
    socket.onopen = () => {
      const hello = { type: "hello", token: pass.token, tab: this.tab };
      socket.send(JSON.stringify(this.since ? { ...hello, since: this.since } : hello));
    };
    socket.onmessage = (event) => this.#hear(JSON.parse(event.data));
    socket.onclose = (event) => this.#closed(socket, event.code);
  }

  /**
   * @param {object} message
   * @returns {boolean} whether it left; what did not is said again by `resync` of the peers
   */
  send(message) {
    if (!this.open || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  /** Say good-bye: the others need not wait for us. */
  leave() {
    this.send({ type: "bye" });
    this.#end("left", 0);
  }

  /** @param {any} message */
  #hear(message) {
    this.heard = Date.now();
    if (message.type === "welcome") {
      this.open = true;
      this.welcomed = Date.now();
      this.since = message.you.since;
      this.dispatchEvent(new CustomEvent("welcome", { detail: message }));
    } else if (message.type in { replaced: 1, removed: 1, closed: 1 }) {
      this.#end(message.type, 0);
    } else if (message.type !== "pong") {
      this.dispatchEvent(new CustomEvent("message", { detail: message }));
    }
  }

  /**
   * @param {WebSocket} socket
   * @param {number} code
   */
  #closed(socket, code) {
    if (this.socket !== socket) return;
    const steady = this.open && Date.now() - this.welcomed > STEADY_AFTER;
    this.socket = null;
    this.open = false;
    if (steady) this.tries = 0;
    if (this.ended) return;
    if (code in ENDINGS) {
      this.#end(ENDINGS[/** @type {4001} */ (code)], 0);
      return;
    }
    this.dispatchEvent(new Event("away"));
    this.#later();
  }

  /** @param {boolean} tell whether the server is missed */
  #later(tell = true) {
    if (this.ended) return;
    const delay = DELAYS[Math.min(this.tries, DELAYS.length - 1)] * (0.8 + Math.random() * 0.4);
    this.tries += 1;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.connect(), delay);
    if (tell && this.tries > 1) this.dispatchEvent(new Event("away"));
  }

  #hurry() {
    this.tries = 0;
    if (!this.socket) this.connect();
    else this.#ping();
  }

  #ping() {
    if (!this.socket) return;
    if (Date.now() - this.heard > SILENT_AFTER) {
      const dead = this.socket;
      dead.close();
      this.#closed(dead, 1006);
    } else {
      this.send({ type: "ping" });
    }
  }

  /**
   * @param {string} why
   * @param {number} status
   */
  #end(why, status) {
    if (this.ended) return;
    this.ended = true;
    this.open = false;
    clearInterval(this.pinging);
    clearTimeout(this.retry);
    this.credentials.stop();
    this.socket?.close();
    this.dispatchEvent(new CustomEvent("ended", { detail: { why, status } }));
  }
}
