// @ts-check
/* Devices that do not exist, for a demonstration: they send the same bytes as real ones, through the same readers, and
   the page names them as virtual. Toubib, EUPL-1.2 */
import { writeFloat, writeSfloat } from "./ieee11073.js";
import { KINDS } from "./kinds.js";
import { DeviceProblem, awaitPacket } from "./source.js";

/** @typedef {"" | "out_of_range" | "wrong_unit" | "silence" | "other_serial" | "lost" | "battery" | "not_found" | "refused"} Lie */

const STEP = 350;

/** Bytes of one final packet, by kind; `lie` changes what is sent. @type {Record<string, (lie: Lie) => number[]>} */
const PACKETS = {
  blood_pressure: (lie) => {
    const kpa = lie === "wrong_unit";
    const [high, low] = lie === "out_of_range" ? [1400, 5] : kpa ? [168, 104] : [126, 78];
    const exponent = kpa ? -1 : 0;
    return [kpa ? 5 : 4, ...writeSfloat(high, exponent), ...writeSfloat(low, exponent), ...writeSfloat(low, exponent), ...writeSfloat(72, 0)];
  },
  oximeter: (lie) => [0, ...writeSfloat(lie === "out_of_range" ? 12 : 97, 0), ...writeSfloat(72, 0)],
  thermometer: (lie) => {
    if (lie === "wrong_unit") return [1, ...writeFloat(1006, -1)];
    return [0, ...writeFloat(lie === "out_of_range" ? 981 : 381, -1)];
  },
  scale: (lie) => {
    const raw = lie === "out_of_range" ? 80 : lie === "wrong_unit" ? 14330 : 13000;
    return [lie === "wrong_unit" ? 1 : 0, raw & 0xff, raw >> 8];
  },
  glucometer: (lie) => {
    const time = [0, 0, 0, 0, 0, 0, 0];
    const level = lie === "wrong_unit" ? writeSfloat(58, -4) : writeSfloat(lie === "out_of_range" ? 2000 : 105, -5);
    return [lie === "wrong_unit" ? 6 : 2, 1, 0, ...time, ...level, 0x11];
  },
};

/** What the cuff shows on its way. */
const CUFF = [40, 82, 118, 149, 138];

export class VirtualSource {
  constructor() {
    this.virtual = true;
    /** @type {Lie} */
    this.lie = "";
  }

  async offered() {
    return true;
  }

  /**
   * @param {string} kind
   * @param {import("./source.js").Wish} [wish]
   * @returns {Promise<import("./source.js").Reading>}
   */
  async read(kind, wish = {}) {
    const lie = this.lie;
    if (lie === "not_found" || lie === "refused") throw new DeviceProblem(lie);
    const seconds = wish.seconds ?? (lie === "silence" ? 3 : KINDS[kind].seconds);
    /** @type {number | undefined} */
    let timer;
    try {
      const packet = await awaitPacket({ settle: 1, seconds, signal: wish.signal }, (take, fail) => {
        let step = 0;
        timer = setInterval(() => {
          step += 1;
          if (lie === "lost" && step === 2) fail(new DeviceProblem("lost"));
          if (kind === "blood_pressure") this.#cuff(wish, step);
          if (step === CUFF.length && lie !== "silence") take(() => this.#packet(kind, lie));
        }, STEP);
      });
      return { ...this.#identity(kind, wish), values: packet.values, at: packet.at, faults: packet.faults, virtual: true };
    } finally {
      clearInterval(timer);
    }
  }

  /** @param {import("./source.js").Wish} wish @param {number} step */
  #cuff(wish, step) {
    const nothing = writeSfloat(0x7ff, 0);
    const bytes = [0, ...writeSfloat(CUFF[(step - 1) % CUFF.length], 0), ...nothing, ...nothing];
    const read = KINDS.blood_pressure.live?.read;
    if (read) wish.live?.(read(new DataView(new Uint8Array(bytes).buffer)));
  }

  /** @param {string} kind @param {Lie} lie */
  #packet(kind, lie) {
    return KINDS[kind].final[0].read(new DataView(new Uint8Array(PACKETS[kind](lie)).buffer));
  }

  /** @param {string} kind @param {import("./source.js").Wish} wish @returns {import("./source.js").Identity} */
  #identity(kind, wish) {
    const serial = this.lie === "other_serial" ? "VIRT-999" : wish.serial || `VIRT-${kind.slice(0, 4).toUpperCase()}`;
    return { serial, maker: "Toubib", model: "virtual", battery: this.lie === "battery" ? 4 : 80 };
  }
}
