// @ts-check
/* The CSRF token and fetch with it. Toubib, EUPL-1.2 */

/** @returns {string} the token Django wants back in X-CSRFToken */
export function csrfToken() {
  const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  return cookie ? decodeURIComponent(cookie.slice("csrftoken=".length)) : "";
}

/**
 * POST to our own server.
 * @param {string} url
 * @param {FormData | URLSearchParams | Blob | string | Record<string, unknown>} body a plain object goes as JSON
 * @param {RequestInit} [more]
 * @returns {Promise<Response>}
 */
export function post(url, body, more = {}) {
  const headers = new Headers(more.headers);
  headers.set("X-CSRFToken", csrfToken());
  const isPlain = Object.getPrototypeOf(body) === Object.prototype;
  if (isPlain) headers.set("Content-Type", "application/json");
  const sent = isPlain ? JSON.stringify(body) : /** @type {BodyInit} */ (body);
  return fetch(url, { ...more, method: "POST", headers, body: sent, credentials: "same-origin" });
}
