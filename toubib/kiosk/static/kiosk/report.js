// @ts-check
/* What a kiosk says of itself: kept for its next pages, and sent. Of the machine, of nobody. Toubib, EUPL-1.2 */
import { csrfToken } from "../ui/http.js";

const CHECKS = "kiosk.checks";

/** @returns {Record<string, string> | null} what was found last, on this page or the one before */
export function checksKept() {
  return JSON.parse(sessionStorage.getItem(CHECKS) ?? "null");
}

/** @param {Record<string, string>} checks */
export function keepChecks(checks) {
  sessionStorage.setItem(CHECKS, JSON.stringify(checks));
}

/** @param {boolean} [boot] @returns {Promise<number>} the status of the answer; 0: no network */
export async function report(boot = false) {
  const frame = /** @type {HTMLElement | null} */ (document.querySelector("footer[data-kiosk]"));
  try {
    const answer = await fetch(frame?.dataset.reportUrl ?? "", {
      method: "POST", body: JSON.stringify({ checks: checksKept() ?? {}, boot }), cache: "no-store",
      signal: AbortSignal.timeout(4000), headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
    });
    return answer.status;
  } catch {
    return 0;
  }
}
