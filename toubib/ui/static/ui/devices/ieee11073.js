// @ts-check
/* Numbers as medical devices write them: IEEE 11073-20601 SFLOAT-Type (16 bits) and FLOAT-Type (32 bits), little endian.
   Toubib, EUPL-1.2 */

/**
 * A decimal number, exact: `mantissa` × 10^`exponent`. `special` names what is no number.
 * @typedef {{mantissa: number, exponent: number, special: "" | "nan" | "nres" | "+inf" | "-inf" | "reserved"}} Decimal
 */

/** @type {Record<number, Decimal["special"]>} */
const SPECIAL_16 = { 0x07ff: "nan", 0x0800: "nres", 0x07fe: "+inf", 0x0802: "-inf", 0x0801: "reserved" };
/** @type {Record<number, Decimal["special"]>} */
const SPECIAL_32 = {
  0x007fffff: "nan", 0x00800000: "nres", 0x007ffffe: "+inf", 0x00800002: "-inf", 0x00800001: "reserved",
};

/** @param {number} value @param {number} bits @returns {number} two's complement */
function signed(value, bits) {
  return value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
}

/** @param {DataView} view @param {number} offset @returns {Decimal} */
export function readSfloat(view, offset) {
  const raw = view.getUint16(offset, true);
  return { mantissa: signed(raw & 0x0fff, 12), exponent: signed(raw >> 12, 4), special: SPECIAL_16[raw] ?? "" };
}

/** @param {DataView} view @param {number} offset @returns {Decimal} */
export function readFloat(view, offset) {
  const raw = view.getUint32(offset, true);
  return { mantissa: signed(raw & 0x00ffffff, 24), exponent: view.getInt8(offset + 3), special: SPECIAL_32[raw] ?? "" };
}

/**
 * The same number with another power of ten (kg/L to mg/dL is five more).
 * @param {Decimal} decimal
 * @param {number} by
 * @returns {Decimal}
 */
export function shift(decimal, by) {
  return { ...decimal, exponent: decimal.exponent + by };
}

/**
 * As people and servers write it: « 36.4 », « 126 »; empty where there is no number. Digits are the device's: no rounding.
 * @param {Decimal} decimal
 * @returns {string}
 */
export function toText({ mantissa, exponent, special }) {
  if (special) return "";
  const sign = mantissa < 0 ? "-" : "";
  const digits = String(Math.abs(mantissa));
  if (exponent >= 0) return mantissa === 0 ? "0" : sign + digits + "0".repeat(exponent);
  const padded = digits.padStart(1 - exponent, "0");
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

/**
 * Bytes of a number, for the virtual devices.
 * @param {number} mantissa
 * @param {number} exponent
 * @returns {[number, number]}
 */
export function writeSfloat(mantissa, exponent) {
  const raw = ((exponent & 0x0f) << 12) | (mantissa & 0x0fff);
  return [raw & 0xff, raw >> 8];
}

/**
 * @param {number} mantissa
 * @param {number} exponent
 * @returns {[number, number, number, number]}
 */
export function writeFloat(mantissa, exponent) {
  return [mantissa & 0xff, (mantissa >> 8) & 0xff, (mantissa >> 16) & 0xff, exponent & 0xff];
}
