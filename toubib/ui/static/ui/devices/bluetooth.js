// @ts-check
/* Real devices, by Web Bluetooth. The page that calls must have been touched: browsers ask the person once. Toubib, EUPL-1.2 */
import { RACP_LAST, readRacp, readSystemId, readText } from "./gatt.js";
import { BATTERY, DEVICE_INFORMATION, KINDS } from "./kinds.js";
import { DeviceProblem, awaitPacket } from "./source.js";

const CONNECT_SECONDS = 15;
const TRIES = 2;

/** @typedef {any} Gatt the types of Web Bluetooth are not in TypeScript's own library */

export class BluetoothSource {
  constructor() {
    this.virtual = false;
    /** @type {Map<string, Gatt>} devices that the person chose, by kind: asked once */
    this.chosen = new Map();
  }

  get bluetooth() {
    return /** @type {any} */ (navigator).bluetooth;
  }

  async offered() {
    return Boolean(this.bluetooth) && isSecureContext;
  }

  /**
   * @param {string} kind
   * @param {import("./source.js").Wish} [wish]
   * @returns {Promise<import("./source.js").Reading>}
   */
  async read(kind, wish = {}) {
    if (!(await this.offered())) throw new DeviceProblem("unsupported");
    if (wish.again) this.chosen.delete(kind);
    const device = this.chosen.get(kind) ?? (await this.#choose(kind));
    this.chosen.set(kind, device);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#measure(device, kind, wish);
      } catch (error) {
        const problem = problemOf(error);
        if (problem.code !== "lost" || attempt === TRIES) throw problem;
      } finally {
        if (device.gatt.connected) device.gatt.disconnect();
      }
    }
  }

  /** @param {string} kind */
  async #choose(kind) {
    if ((await this.bluetooth.getAvailability?.()) === false) throw new DeviceProblem("off");
    const { service } = KINDS[kind];
    try {
      return await this.bluetooth.requestDevice({
        filters: [{ services: [service] }],
        optionalServices: [DEVICE_INFORMATION, BATTERY],
      });
    } catch (error) {
      throw problemOf(error, true);
    }
  }

  /**
   * @param {Gatt} device
   * @param {string} kind
   * @param {import("./source.js").Wish} wish
   * @returns {Promise<import("./source.js").Reading>}
   */
  async #measure(device, kind, wish) {
    const server = await within(CONNECT_SECONDS, device.gatt.connect());
    const identity = await identify(server);
    const service = await server.getPrimaryService(KINDS[kind].service);
    const packet = await this.#listen(device, service, KINDS[kind], wish);
    return { ...identity, values: packet.values, at: packet.at, faults: packet.faults, virtual: false };
  }

  /**
   * @param {Gatt} device
   * @param {Gatt} service
   * @param {import("./kinds.js").Kind} kind
   * @param {import("./source.js").Wish} wish
   */
  async #listen(device, service, kind, wish) {
    const found = await characteristics(service, kind.final);
    if (found.length === 0) throw new DeviceProblem("unreadable");
    /** @type {(() => void)[]} */
    const ends = [];
    const options = { settle: 1, seconds: wish.seconds ?? kind.seconds, signal: wish.signal };
    try {
      return await awaitPacket(options, (take, fail) => {
        const lost = () => fail(new DeviceProblem("lost"));
        device.addEventListener("gattserverdisconnected", lost);
        ends.push(() => device.removeEventListener("gattserverdisconnected", lost));
        const subscribe = async () => {
          for (const { one, characteristic } of found) {
            ends.push(await listen(characteristic, (view) => {
              take(() => one.read(view), one.settle ?? 1);
              if ((one.settle ?? 1) > 1) show(wish, () => one.read(view));
            }));
          }
          if (kind.live && wish.live) {
            const { read, uuid } = kind.live;
            for (const { characteristic } of await characteristics(service, [{ uuid, read }])) {
              ends.push(await listen(characteristic, (view) => show(wish, () => read(view))));
            }
          }
          if (kind.ask) await ask(service, kind.ask, ends, fail);
        };
        subscribe().catch((error) => fail(problemOf(error)));
      });
    } finally {
      for (const end of ends) end();
    }
  }
}

/** @param {import("./source.js").Wish} wish @param {() => import("./gatt.js").Packet} read */
function show(wish, read) {
  try {
    wish.live?.(read());
  } catch (error) {
    console.debug("live", error); // what passes by is not kept
  }
}

/** @param {Gatt} service @param {import("./kinds.js").Characteristic[]} wanted */
async function characteristics(service, wanted) {
  const found = [];
  for (const one of wanted) {
    try {
      found.push({ one, characteristic: await service.getCharacteristic(one.uuid) });
    } catch (error) {
      if (/** @type {DOMException} */ (error).name !== "NotFoundError") throw error;
    }
  }
  return found;
}

/** @param {Gatt} characteristic @param {(view: DataView) => void} hear */
async function listen(characteristic, hear) {
  const take = (/** @type {any} */ event) => hear(event.target.value);
  characteristic.addEventListener("characteristicvaluechanged", take);
  await characteristic.startNotifications();
  return () => characteristic.removeEventListener("characteristicvaluechanged", take);
}

/** The last record of a glucometer. @param {Gatt} service @param {number} uuid @param {(() => void)[]} ends @param {(problem: DeviceProblem) => void} fail */
async function ask(service, uuid, ends, fail) {
  const point = await service.getCharacteristic(uuid);
  ends.push(await listen(point, (view) => {
    const answer = readRacp(view);
    if (answer !== "done") fail(new DeviceProblem(answer === "empty" ? "nothing" : "unreadable"));
  }));
  await point.writeValueWithResponse(RACP_LAST);
}

/**
 * Browsers hide the serial number (GATT blocklist of Web Bluetooth): the System ID, unique by device, then stands for it.
 * @param {Gatt} server
 * @returns {Promise<import("./source.js").Identity>}
 */
async function identify(server) {
  const info = await optional(() => server.getPrimaryService(DEVICE_INFORMATION));
  const text = async (/** @type {number} */ uuid) => {
    const view = info && (await optional(async () => (await info.getCharacteristic(uuid)).readValue()));
    return view ? readText(view) : "";
  };
  const id = info && (await optional(async () => (await info.getCharacteristic(0x2a23)).readValue()));
  const power = await optional(async () => {
    const service = await server.getPrimaryService(BATTERY);
    return (await service.getCharacteristic(0x2a19)).readValue();
  });
  return {
    serial: (await text(0x2a25)) || (id ? readSystemId(id) : ""),
    maker: await text(0x2a29),
    model: await text(0x2a24),
    battery: power ? power.getUint8(0) : null,
  };
}

/** What a device need not have. @template T @param {() => Promise<T>} get @returns {Promise<T | null>} */
async function optional(get) {
  try {
    return await get();
  } catch (error) {
    const { name } = /** @type {DOMException} */ (error);
    if (name === "NotFoundError" || name === "SecurityError" || name === "NotSupportedError") return null;
    throw error;
  }
}

/** @template T @param {number} seconds @param {Promise<T>} promise @returns {Promise<T>} */
async function within(seconds, promise) {
  let timer = 0;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new DeviceProblem("not_found")), seconds * 1000);
  });
  try {
    return /** @type {T} */ (await Promise.race([promise, late]));
  } finally {
    clearTimeout(timer);
  }
}

/** @param {unknown} error @param {boolean} [choosing] @returns {DeviceProblem} */
export function problemOf(error, choosing = false) {
  if (error instanceof DeviceProblem) return error;
  const { name, message } = /** @type {DOMException} */ (error);
  if (name === "NotFoundError" && choosing) {
    return new DeviceProblem(/cancel/i.test(message) ? "refused" : /adapter/i.test(message) ? "off" : "not_found", error);
  }
  if (name === "NotAllowedError" || name === "SecurityError") return new DeviceProblem("refused", error);
  if (name === "NotFoundError") return new DeviceProblem("unreadable", error);
  return new DeviceProblem("lost", error);
}
