// @ts-check
/* K0: the machine tries its network, camera, microphone, sound and devices, and says what it found; never by name of
   anyone. The printer is the launcher's to see (docs/kiosk.md); in the demo,
   which has none, the browser's own print is the printer. Toubib, EUPL-1.2 */
import { checksKept, keepChecks, report } from "./report.js";

const badge = /** @type {HTMLElement | null} */ (document.querySelector("[data-selftest]"));
const atStart = new URLSearchParams(window.location.search).has("demarrage");
const known = checksKept();

/** @param {MediaStreamConstraints} wanted */
async function opens(wanted) {
  try {
    const stream = await navigator.mediaDevices.getUserMedia(wanted);
    const works = stream.getTracks().every((track) => track.readyState === "live");
    stream.getTracks().forEach((track) => track.stop());
    return works ? "ok" : "broken";
  } catch {
    return "broken";
  }
}

async function network() {
  try {
    return (await fetch("/healthz", { cache: "no-store" })).ok ? "ok" : "broken";
  } catch {
    return "broken";
  }
}

async function sound() {
  const devices = await navigator.mediaDevices?.enumerateDevices().catch(() => []);
  return devices?.some((one) => one.kind === "audiooutput") ? "ok" : "unknown";
}

async function devices() {
  const bluetooth = /** @type {any} */ (navigator).bluetooth;
  if (!bluetooth?.getAvailability) return "unknown";
  return (await bluetooth.getAvailability().catch(() => false)) ? "ok" : "unknown";
}

async function tryAll() {
  const printer = badge?.dataset.printer;
  return {
    ...(printer ? { printer } : {}),
    network: await network(),
    camera: await opens({ video: true }),
    microphone: await opens({ audio: true }),
    sound: await sound(),
    devices: await devices(),
  };
}

/** @param {Record<string, string>} found */
function show(found) {
  if (!badge) return;
  const wrong = Object.entries(found).filter(([, result]) => result === "broken" || result === "empty").map(([name]) => name);
  const names = wrong.map((name) => badge.getAttribute(`data-name-${name}`) ?? name);
  badge.textContent = wrong.length ? `${badge.dataset.wrong} ${names.join(", ")}` : badge.dataset.fine ?? "";
  badge.classList.toggle("success", !wrong.length);
  badge.dataset.done = "1";
}

async function start() {
  if (!atStart && known) return show(known);
  if (badge) badge.textContent = badge.dataset.testing ?? "";
  const found = await tryAll();
  keepChecks(found);
  await report(atStart);
  if (atStart) window.history.replaceState(null, "", window.location.pathname);
  show(found);
}
start();
