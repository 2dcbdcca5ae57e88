// @ts-check
/* The boundary: one way to ask a device for a measure, whether it is real or virtual. Toubib, EUPL-1.2 */
import { Unreadable } from "./gatt.js";

/**
 * @typedef {{serial: string, maker: string, model: string, battery: number | null}} Identity
 * @typedef {Identity & {values: import("./gatt.js").Value[], at: string, faults: string[], virtual: boolean}} Reading
 * @typedef {{signal?: AbortSignal, live?: (packet: import("./gatt.js").Packet) => void, again?: boolean,
 *            seconds?: number, serial?: string}} Wish
 * @typedef {{virtual: boolean, offered: () => Promise<boolean>,
 *            read: (kind: string, wish?: Wish) => Promise<Reading>}} Source
 * @typedef {"unsupported" | "off" | "not_found" | "refused" | "silent" | "lost" | "unreadable" | "nothing" | "stopped"} Failure
 */

/** Why there is no measure, by a word that the page has a sentence for. */
export class DeviceProblem extends Error {
  /** @param {Failure} code @param {unknown} [cause] */
  constructor(code, cause) {
    super(code, { cause });
    this.code = code;
  }
}

/** What comes along with a measure, and may lack. */
const BESIDE = ["heart_rate", "bmi", "height"];

/** @param {import("./gatt.js").Packet} packet @returns {boolean} what the device is for is a number */
export function isWhole(packet) {
  const main = packet.values.filter((one) => !BESIDE.includes(one.code));
  return main.length > 0 && main.every((one) => one.value !== "");
}

/**
 * Waits for the packet that counts. `hear` is given the function that takes packets, and returns what stops them.
 * @param {{settle: number, seconds: number, signal?: AbortSignal}} options
 * @param {(take: (read: () => import("./gatt.js").Packet, settle?: number) => void, fail: (problem: DeviceProblem) => void) => void} hear
 * @returns {Promise<import("./gatt.js").Packet>}
 */
export function awaitPacket({ settle, seconds, signal }, hear) {
  return new Promise((resolve, reject) => {
    let whole = 0;
    let timer = 0;
    /** @type {number | undefined} */
    let rest;
    /** @param {() => void} act */
    const end = (act) => {
      clearTimeout(timer);
      clearTimeout(rest);
      signal?.removeEventListener("abort", stop);
      act();
    };
    const fail = (/** @type {DeviceProblem} */ problem) => end(() => reject(problem));
    const stop = () => fail(new DeviceProblem("stopped"));
    timer = setTimeout(() => fail(new DeviceProblem("silent")), seconds * 1000);
    signal?.addEventListener("abort", stop);
    if (signal?.aborted) stop();
    hear((read, wanted = settle) => {
      try {
        const packet = read();
        if (!isWhole(packet)) {
          if (wanted <= 1) fail(new DeviceProblem("nothing"));
          return;
        }
        whole += 1;
        if (whole < wanted) return;
        clearTimeout(rest);
        const values = packet.values.filter((one) => one.value !== "");
        rest = setTimeout(() => end(() => resolve({ ...packet, values })), REST); // one that sends its memory sends the newest last
      } catch (error) {
        fail(new DeviceProblem("unreadable", error instanceof Unreadable ? undefined : error));
      }
    }, fail);
  });
}

const REST = 400;
