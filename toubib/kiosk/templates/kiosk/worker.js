// @ts-check
/* A kiosk without network: the one page kept, in the place of the browser's own error. Nothing of anyone is kept. Toubib, EUPL-1.2 */
const PAGE = "{{ page|escapejs }}";
const KEPT = [PAGE{% for one in kept %}, "{{ one|escapejs }}"{% endfor %}];
const worker = /** @type {any} */ (self);

worker.addEventListener("install", (/** @type {any} */ event) => {
  event.waitUntil(caches.open("kiosk").then((cache) => cache.addAll(KEPT)).then(() => worker.skipWaiting()));
});
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.mode === "navigate") {
    event.respondWith(fetch(event.request).catch(() => caches.match(PAGE)));
  } else if (KEPT.includes(path)) {
    event.respondWith(fetch(event.request).catch(() => caches.match(path)));
  }
});
