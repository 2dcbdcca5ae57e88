// @ts-check
import { readBloodPressure, readContinuous, readGlucose, readSpotCheck, readTemperature, readWeight } from "./gatt.js";

/**
 * `final`: what makes a measure, best first; `live`: what is shown while it runs. `settle`: so many packets before the
 * last one counts (a continuous oximeter finds its feet); `ask`: the device answers a request (record access).
 * @typedef {{uuid: number, read: (view: DataView) => import("./gatt.js").Packet, settle?: number}} Characteristic
 * @typedef {{service: number, final: Characteristic[], live?: Characteristic, ask?: number, seconds: number}} Kind
 */

export const DEVICE_INFORMATION = 0x180a;
export const BATTERY = 0x180f;

/** @type {Record<string, Kind>} by the names of the server's devices */
export const KINDS = {
  blood_pressure: {
    service: 0x1810,
    final: [{ uuid: 0x2a35, read: readBloodPressure }],
    live: { uuid: 0x2a36, read: readBloodPressure },
    seconds: 90,
  },
  oximeter: {
    service: 0x1822,
    final: [{ uuid: 0x2a5e, read: readSpotCheck }, { uuid: 0x2a5f, read: readContinuous, settle: 5 }],
    seconds: 60,
  },
  thermometer: {
    service: 0x1809,
    final: [{ uuid: 0x2a1c, read: readTemperature }],
    live: { uuid: 0x2a1e, read: readTemperature },
    seconds: 60,
  },
  scale: { service: 0x181d, final: [{ uuid: 0x2a9d, read: readWeight }], seconds: 60 },
  glucometer: { service: 0x1808, final: [{ uuid: 0x2a18, read: readGlucose }], ask: 0x2a52, seconds: 60 },
};
