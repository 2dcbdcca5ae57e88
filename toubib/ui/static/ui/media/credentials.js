// @ts-check
/**
 * @typedef {{token: string, participant: string, room: string, ice: RTCConfiguration, ws: string}} Pass
 */

const TIMEOUT = 4000;
const TRUSTED_FOR = 13 * 60 * 1000;
const FRESH = 5000;
const REFRESH_AFTER = 10 * 60 * 1000;

/** The server says that this page has no place in the room (any more). */
export class Gone extends Error {
  /** @param {number} status */
  constructor(status) {
    super(String(status));
    this.status = status;
  }
}

/** The room is not open yet: ask again in a moment; nothing is broken. */
export class NotOpen extends Error {}

/** Value of the CSRF cookie, for the X-CSRFToken header. */
export function csrfToken() {
  const found = document.cookie.match(/(?:^|; )csrftoken=([^;]*)/);
  return found ? decodeURIComponent(found[1]) : "";
}

/** Old phones have no AbortSignal.timeout. @param {number} ms */
export function timeoutAfter(ms) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), ms);
  return controller.signal;
}

/**
 * @param {string} url
 * @param {unknown} body
 * @param {RequestInit} [more]
 */
export function postJson(url, body, more = {}) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken(), Accept: "application/json" };
  const timeout = more.keepalive ? {} : { signal: timeoutAfter(TIMEOUT) };
  return fetch(url, { method: "POST", headers, body: JSON.stringify(body), credentials: "same-origin", ...timeout, ...more });
}

/** The pass of this page: asked anew before each connection and before it ends. */
export class Credentials extends EventTarget {
  /** @param {string} url */
  constructor(url) {
    super();
    this.url = url;
    /** @type {Pass | null} */
    this.pass = null;
    this.at = 0;
    this.timer = 0;
  }

  /** @returns {Promise<Pass>} */
  async refresh() {
    const answer = await postJson(this.url, {});
    if (answer.redirected) throw new Gone(403); // signed out: the answer is the page to sign in
    if ([403, 404, 410].includes(answer.status)) throw new Gone(answer.status);
    if (answer.status === 409) throw new NotOpen();
    if (!answer.ok) throw new Error(`credentials ${answer.status}`);
    this.pass = /** @type {Pass} */ (await answer.json());
    this.at = Date.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh().catch((error) => this.#failed(error)), REFRESH_AFTER);
    this.dispatchEvent(new CustomEvent("pass", { detail: this.pass }));
    return this.pass;
  }

  /** A new pass (unless just given), or the last one when the pages are away but it still holds. */
  async forConnection() {
    if (this.pass && Date.now() - this.at < FRESH) return this.pass;
    try {
      return await this.refresh();
    } catch (error) {
      if (!(error instanceof Gone) && this.pass && Date.now() - this.at < TRUSTED_FOR) return this.pass;
      throw error;
    }
  }

  stop() {
    clearTimeout(this.timer);
  }

  /** @param {unknown} error */
  #failed(error) {
    if (error instanceof Gone) this.dispatchEvent(new CustomEvent("gone", { detail: error.status }));
    else this.timer = setTimeout(() => this.refresh().catch((again) => this.#failed(again)), 5000);
  }
}
