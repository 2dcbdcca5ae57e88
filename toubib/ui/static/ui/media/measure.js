// @ts-check
import { postJson } from "./credentials.js";

const SEND_EVERY = 5;
const WEAK_BITRATE = 150_000;
const WEAK_LOSS = 0.15;

/**
 * @typedef {{video_seconds: number, audio_seconds: number, relay: boolean}} Total
 * @typedef {{grew: Map<string, number>, mediaAt: number, bad: number, good: number}} Watch
 */

/** Seconds of picture and sound really received from each person; cumulative, also over a reload of the page. */
export class Measure {
  /**
   * @param {{url: string, credentials: import("./credentials.js").Credentials,
   *          peers: () => Iterable<[string, import("./peer.js").Peer]>}} options
   */
  constructor({ url, credentials, peers }) {
    this.url = url;
    this.credentials = credentials;
    this.peers = peers;
    this.key = "";
    this.seq = 0;
    this.ticks = 0;
    this.sending = false;
    /** @type {Map<string, Total>} */
    this.totals = new Map();
    /** @type {Map<string, Watch>} */
    this.watches = new Map();
    addEventListener("pagehide", () => this.#goodbye());
  }

  /** @param {string} room */
  start(room) {
    this.key = `toubib-measure-${room}`;
    const kept = JSON.parse(sessionStorage.getItem(this.key) ?? "null");
    if (kept) {
      this.seq = kept.seq;
      this.totals = new Map(kept.totals);
    }
    this.timer = setInterval(() => this.tick(), 1000);
  }

  async tick() {
    this.ticks += 1;
    await Promise.all([...this.peers()].map(([id, peer]) => this.#measure(id, peer)));
    if (this.ticks % SEND_EVERY === 0) await this.flush();
  }

  /** @param {string} id @returns {number} milliseconds since anything came from this person; 0 before the first */
  silentFor(id) {
    const watch = this.watches.get(id);
    return watch?.mediaAt ? Date.now() - watch.mediaAt : 0;
  }

  /**
   * @param {string} id
   * @param {import("./peer.js").Peer} peer
   */
  async #measure(id, peer) {
    if (!peer.pc || peer.pc.connectionState === "closed") return;
    const report = await peer.pc.getStats();
    const watch = this.watches.get(id) ?? { grew: new Map(), mediaAt: 0, bad: 0, good: 0 };
    const total = this.totals.get(id) ?? { video_seconds: 0, audio_seconds: 0, relay: false };
    this.watches.set(id, watch);
    this.totals.set(id, total);
    const seen = { video: false, audio: false, weak: false };
    for (const stat of report.values()) this.#read(stat, report, watch, total, seen, peer.conn);
    total.video_seconds += Number(seen.video);
    total.audio_seconds += Number(seen.audio);
    if (seen.video || seen.audio) watch.mediaAt = Date.now();
    this.#weigh(peer, watch, seen.weak);
  }

  /**
   * @param {any} stat
   * @param {RTCStatsReport} report
   * @param {Watch} watch
   * @param {Total} total
   * @param {{video: boolean, audio: boolean, weak: boolean}} seen
   * @param {string} conn
   */
  #read(stat, report, watch, total, seen, conn) {
    if (stat.type === "inbound-rtp" && (stat.kind === "video" || stat.kind === "audio")) {
      const key = `${conn}/${stat.id}`;
      const value = stat.kind === "video" ? stat.framesDecoded ?? 0 : stat.packetsReceived ?? 0;
      if (value > (watch.grew.get(key) ?? 0)) seen[/** @type {"video" | "audio"} */ (stat.kind)] = true;
      watch.grew.set(key, value);
    } else if (stat.type === "remote-inbound-rtp") {
      if ((stat.fractionLost ?? 0) > WEAK_LOSS) seen.weak = true;
    } else if (stat.type === "transport" && stat.selectedCandidatePairId) {
      const pair = report.get(stat.selectedCandidatePairId);
      const ends = [report.get(pair?.localCandidateId), report.get(pair?.remoteCandidateId)];
      total.relay = ends.some((end) => end?.candidateType === "relay");
      if ((pair?.availableOutgoingBitrate ?? Infinity) < WEAK_BITRATE) seen.weak = true;
    }
  }

  /**
   * A weak line keeps the voice and sends a smaller picture; it is given time before the picture grows again.
   * @param {import("./peer.js").Peer} peer
   * @param {Watch} watch
   * @param {boolean} weak
   */
  #weigh(peer, watch, weak) {
    watch.bad = weak ? watch.bad + 1 : 0;
    watch.good = weak ? 0 : watch.good + 1;
    const now = peer.weak ? watch.good < 20 : watch.bad >= 5;
    if (now === peer.weak) return;
    peer.weak = now;
    peer.tune();
  }

  #payload() {
    const peers = [...this.totals].map(([participant, total]) => ({ participant, ...total }));
    return { token: this.credentials.pass?.token ?? "", seq: this.seq, peers, sent_at: new Date().toISOString() };
  }

  /** Totals, so one word says all: what could not be sent now is in the next one. */
  async flush() {
    if (!this.credentials.pass || this.totals.size === 0 || this.sending) return;
    this.seq += 1;
    this.#keep();
    this.sending = true;
    try {
      await postJson(this.url, this.#payload());
    } catch (error) {
      console.debug("measures wait", error);
    } finally {
      this.sending = false;
    }
  }

  #keep() {
    if (this.key) sessionStorage.setItem(this.key, JSON.stringify({ seq: this.seq, totals: [...this.totals] }));
  }

  #goodbye() {
    if (!this.credentials.pass || this.totals.size === 0) return;
    this.seq += 1;
    this.#keep();
    postJson(this.url, this.#payload(), { keepalive: true }).catch(() => undefined);
  }
}
