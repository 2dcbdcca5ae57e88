// @ts-check
/* The measurements of the standard GATT services, read from the published formats (Bluetooth SIG: BLS, PLXS, HTS, WSS,
   GLS, DIS). One function a characteristic; a packet that is too short is « unreadable », never half read. Toubib, EUPL-1.2 */
import { readFloat, readSfloat, shift, toText } from "./ieee11073.js";

/**
 * `code` as the catalogue of measurements names it; `value` in the unit that the device sent, `ucum`; empty: no number.
 * @typedef {{code: string, value: string, ucum: string}} Value
 * @typedef {{values: Value[], at: string, user: number | null, sequence?: number, faults: string[]}} Packet
 * `at`: local time of the device without a zone, « 2026-11-22T10:45:00 », empty where it has none.
 */

export class Unreadable extends Error {
  constructor() {
    super("unreadable");
  }
}

/** Reads a packet in order. */
class Reader {
  /** @param {DataView} view */
  constructor(view) {
    this.view = view;
    this.at = 0;
  }

  /** @param {number} size @returns {number} the offset of what is read */
  take(size) {
    const from = this.at;
    this.at += size;
    if (this.at > this.view.byteLength) throw new Unreadable();
    return from;
  }

  u8() {
    return this.view.getUint8(this.take(1));
  }

  u16() {
    return this.view.getUint16(this.take(2), true);
  }

  i16() {
    return this.view.getInt16(this.take(2), true);
  }

  u24() {
    return this.u16() | (this.u8() << 16);
  }

  sfloat() {
    return readSfloat(this.view, this.take(2));
  }

  float() {
    return readFloat(this.view, this.take(4));
  }

  /** 7 bytes; year, month or day 0: unknown. @returns {string} */
  time() {
    const [year, month, day] = [this.u16(), this.u8(), this.u8()];
    const clock = [this.u8(), this.u8(), this.u8()];
    if (!year || !month || !day || month > 12 || day > 31) return "";
    const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
    return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}T${clock.map(two).join(":")}`;
  }
}

/** Bits that are set, by their names. @param {number} flags @param {Record<number, string>} names */
function named(flags, names) {
  return Object.entries(names).filter(([bit]) => flags & (1 << Number(bit))).map(([, name]) => name);
}

/** @param {string} code @param {import("./ieee11073.js").Decimal} decimal @param {string} ucum @returns {Value} */
function valueOf(code, decimal, ucum) {
  return { code, value: toText(decimal), ucum };
}

const CUFF_FAULTS = { 0: "moved", 1: "loose", 2: "irregular", 5: "position" };

/** Blood Pressure Measurement 0x2A35, and Intermediate Cuff Pressure 0x2A36, of the same shape. @param {DataView} view @returns {Packet} */
export function readBloodPressure(view) {
  const read = new Reader(view);
  const flags = read.u8();
  const unit = flags & 1 ? "kPa" : "mm[Hg]";
  const values = [valueOf("systolic", read.sfloat(), unit), valueOf("diastolic", read.sfloat(), unit)];
  read.sfloat(); // mean arterial pressure: computed by each device in its own way, not kept
  const at = flags & 2 ? read.time() : "";
  if (flags & 4) values.push(valueOf("heart_rate", read.sfloat(), "/min"));
  const user = flags & 8 ? read.u8() : null;
  const faults = flags & 16 ? named(read.u16(), CUFF_FAULTS).filter((name) => name !== "irregular") : [];
  return { values, at, user: user === 255 ? null : user, faults };
}

/** What the oximeter says of its own measure. An irregular pulse is for a doctor to find: it is not read. */
const SENSOR_FAULTS = { 5: "unknown", 6: "moved", 7: "weak", 8: "weak", 9: "signal", 11: "signal", 12: "position", 13: "position", 14: "off", 15: "off" };

/** @param {Reader} read @param {boolean} measure @param {boolean} sensor */
function plxFaults(read, measure, sensor) {
  if (measure) read.u16();
  const found = sensor ? read.u24() : 0;
  return [...new Set(named(found & 0xffff, { 1: "signal", 2: "signal", ...SENSOR_FAULTS }))];
}

/** PLX Spot-Check Measurement 0x2A5E. @param {DataView} view @returns {Packet} */
export function readSpotCheck(view) {
  const read = new Reader(view);
  const flags = read.u8();
  const values = [valueOf("saturation", read.sfloat(), "%"), valueOf("heart_rate", read.sfloat(), "/min")];
  const time = flags & 1 ? read.time() : "";
  const faults = plxFaults(read, Boolean(flags & 2), Boolean(flags & 4));
  return { values, at: flags & 16 ? "" : time, user: null, faults };
}

/** PLX Continuous Measurement 0x2A5F: the usual pair; fast and slow averages are passed over. @param {DataView} view @returns {Packet} */
export function readContinuous(view) {
  const read = new Reader(view);
  const flags = read.u8();
  const values = [valueOf("saturation", read.sfloat(), "%"), valueOf("heart_rate", read.sfloat(), "/min")];
  if (flags & 1) read.take(4);
  if (flags & 2) read.take(4);
  return { values, at: "", user: null, faults: plxFaults(read, Boolean(flags & 4), Boolean(flags & 8)) };
}

/** Temperature Measurement 0x2A1C, and Intermediate Temperature 0x2A1E. @param {DataView} view @returns {Packet} */
export function readTemperature(view) {
  const read = new Reader(view);
  const flags = read.u8();
  const values = [valueOf("temperature", read.float(), flags & 1 ? "[degF]" : "Cel")];
  return { values, at: flags & 2 ? read.time() : "", user: null, faults: [] };
}

/** @param {string} code @param {number} raw @param {number} step @param {number} exponent @param {string} ucum @returns {Value} */
function counted(code, raw, step, exponent, ucum) {
  return { code, value: toText({ mantissa: raw * step, exponent, special: "" }), ucum };
}

/** Weight Measurement 0x2A9D: steps of 5 g, or of 0.01 lb; 0xFFFF is a measure that failed. @param {DataView} view @returns {Packet} */
export function readWeight(view) {
  const read = new Reader(view);
  const flags = read.u8();
  const imperial = Boolean(flags & 1);
  const raw = read.u16();
  const weight = imperial ? counted("weight", raw, 1, -2, "[lb_av]") : counted("weight", raw, 5, -3, "kg");
  if (raw === 0xffff) weight.value = "";
  const at = flags & 2 ? read.time() : "";
  const user = flags & 4 ? read.u8() : null;
  const values = [weight];
  if (flags & 8) {
    values.push(counted("bmi", read.u16(), 1, -1, "kg/m2"));
    const height = read.u16();
    values.push(imperial ? counted("height", height, 1, -1, "[in_i]") : counted("height", height, 1, -1, "cm"));
  }
  return { values, at, user: user === 255 ? null : user, faults: [] };
}

const GLUCOSE_FAULTS = { 0: "battery", 1: "sensor", 2: "sample", 3: "strip", 4: "strip", 7: "strip", 8: "too_hot", 9: "too_cold", 10: "sensor", 11: "sensor" };

/** Glucose Measurement 0x2A18: kg/L is told as mg/dL, mol/L as mmol/L, both exactly. @param {DataView} view @returns {Packet} */
export function readGlucose(view) {
  const read = new Reader(view);
  const flags = read.u8();
  const sequence = read.u16();
  const base = read.time();
  const offset = flags & 1 ? read.i16() : 0;
  /** @type {Value[]} */
  const values = [];
  if (flags & 2) {
    const level = read.sfloat();
    values.push(flags & 4 ? valueOf("glucose", shift(level, 3), "mmol/L") : valueOf("glucose", shift(level, 5), "mg/dL"));
    read.u8(); // type and place of the sample
  }
  const faults = flags & 8 ? [...new Set(named(read.u16(), GLUCOSE_FAULTS))] : [];
  return { values, at: later(base, offset), user: null, sequence, faults };
}

/** @param {string} time @param {number} minutes */
function later(time, minutes) {
  if (!time || !minutes) return time;
  return new Date(Date.parse(`${time}Z`) + minutes * 60_000).toISOString().slice(0, 19);
}

/** Record Access Control Point 0x2A52: « report the last record ». */
export const RACP_LAST = new Uint8Array([0x01, 0x06]);

/** What the glucometer answered: `done`, `empty` (no record), `failed`. @param {DataView} view @returns {"done" | "empty" | "failed"} */
export function readRacp(view) {
  const read = new Reader(view);
  const [op] = [read.u8(), read.u8()];
  if (op !== 0x06) return "failed";
  read.u8(); // which request
  const answer = read.u8();
  return answer === 0x01 ? "done" : answer === 0x06 ? "empty" : "failed";
}

/** Strings of Device Information 0x180A; what cannot be shown is left out. @param {DataView} view */
export function readText(view) {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return new TextDecoder().decode(bytes).replace(/[<>\p{Cc}\uFFFD]/gu, "").trim().slice(0, 60);
}

/** System ID 0x2A23, 8 bytes: organisation and maker's number, as written on no label. @param {DataView} view */
export function readSystemId(view) {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return [...bytes].reverse().map((byte) => byte.toString(16).padStart(2, "0")).join("").toUpperCase();
}
