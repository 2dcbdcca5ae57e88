// @ts-check
/* A passkey as second factor: made or used by the browser, its answer posted by the form. The form stays hidden where
   the browser or the address (a bare IP) allows none. Words come from the page. Toubib, EUPL-1.2 */

/** @param {string} text @returns {ArrayBuffer} */
function fromBase64url(text) {
  const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(raw, (c) => c.charCodeAt(0)).buffer;
}

/** @param {ArrayBuffer | null} buffer */
function toBase64url(buffer) {
  if (!buffer) return null;
  const raw = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(raw).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {any} options @returns {any} the same with its bytes as buffers */
function readOptions(options) {
  const key = { ...options.publicKey, challenge: fromBase64url(options.publicKey.challenge) };
  if (key.user) key.user = { ...key.user, id: fromBase64url(key.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    if (key[list]) key[list] = key[list].map((/** @type {any} */ one) => ({ ...one, id: fromBase64url(one.id) }));
  }
  return { publicKey: key };
}

/** @param {any} credential */
function writeCredential(credential) {
  const { response } = credential;
  return {
    id: credential.id, rawId: toBase64url(credential.rawId), type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: response.attestationObject
      ? { clientDataJSON: toBase64url(response.clientDataJSON), attestationObject: toBase64url(response.attestationObject),
          transports: response.getTransports?.() ?? [] }
      : { clientDataJSON: toBase64url(response.clientDataJSON), authenticatorData: toBase64url(response.authenticatorData),
          signature: toBase64url(response.signature), userHandle: toBase64url(response.userHandle) ?? undefined },
  };
}

/** @param {HTMLFormElement} form */
async function ask(form) {
  const options = readOptions(JSON.parse(form.dataset.options ?? "{}"));
  const credential = await (form.dataset.passkey === "create"
    ? navigator.credentials.create(options) : navigator.credentials.get(options));
  /** @type {HTMLInputElement} */ (form.elements.namedItem("credential")).value = JSON.stringify(writeCredential(credential));
  form.submit();
}

const bare = /^(\d+\.){3}\d+$|^\[/.test(location.hostname);
for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-passkey]"))) {
  if (bare || !("PublicKeyCredential" in globalThis)) continue;
  form.hidden = false;
  form.closest("[data-passkey-section]")?.removeAttribute("hidden");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form).catch(() => {
      const told = /** @type {HTMLElement} */ (form.querySelector("[data-error]"));
      told.textContent = form.dataset.failed ?? "";
      told.hidden = false;
    });
  });
}
