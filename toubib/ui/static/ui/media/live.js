// @ts-check
/**
 * News of /sse for a page: `openNews("/sse", {rank: (data) => …, resync: () => …, away: () => …, back: () => …})`.
 * Comes back by itself, also after an answer that EventSource takes for final (a proxy's 502 during a restart).
 * @param {string} url
 * @param {Record<string, (data: any) => void>} handlers
 * @returns {() => void} ends it
 */
export function openNews(url, handlers) {
  /** @type {EventSource | null} */
  let source = null;
  let ended = false;
  let away = false;
  const open = () => {
    if (ended) return;
    source = new EventSource(url);
    source.addEventListener("ready", () => {
      if (away) handlers.back?.({});
      away = false;
    });
    source.onerror = () => {
      if (!away) handlers.away?.({});
      away = true;
      if (source?.readyState === EventSource.CLOSED) setTimeout(open, 2000);
    };
    for (const [name, handle] of Object.entries(handlers)) {
      if (name !== "away" && name !== "back") source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
    }
  };
  open();
  return () => {
    ended = true;
    source?.close();
  };
}
