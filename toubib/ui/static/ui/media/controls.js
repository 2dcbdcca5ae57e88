// @ts-check
import { Captions } from "./captions.js";

/** The buttons under the stage, and what a professional may ask of the others' devices. */
export class Controls {
  /**
   * @param {{root: HTMLElement, room: import("./room.js").Room, local: import("./localmedia.js").LocalMedia,
   *          signaling: import("./signaling.js").Signaling, texts: import("./texts.js").Texts,
   *          notices: import("./notices.js").Notices, onHangUp: () => void}} parts
   */
  constructor({ root, room, local, signaling, texts, notices, onHangUp }) {
    this.root = root;
    this.room = room;
    this.local = local;
    this.signaling = signaling;
    this.texts = texts;
    this.notices = notices;
    /** @type {string} whose second camera was asked for last */
    this.askedOf = "";
    this.#wire(onHangUp);
    this.show();
    local.addEventListener("track", () => this.show());
    room.addEventListener("people", () => this.#showSources());
    signaling.addEventListener("message", (event) => this.#asked(/** @type {CustomEvent} */ (event).detail));
    navigator.mediaDevices?.addEventListener("devicechange", () => room.sayState());
    this.#offerCaptions();
  }

  /** @param {string} name @returns {HTMLElement | null} */
  #find(name) {
    return this.root.querySelector(`[data-control="${name}"]`);
  }

  /** @param {() => void} onHangUp */
  #wire(onHangUp) {
    this.#find("mic")?.addEventListener("click", () => this.#toggle(() => this.local.setMic(!this.local.micOn)));
    this.#find("camera")?.addEventListener("click", () => this.#toggle(() => this.local.setCamera(!this.local.cameraOn)));
    this.#find("second")?.addEventListener("click", () => this.#toggle(() => this.#ownSecond()));
    this.#find("full-audio")?.addEventListener("click", () => this.#askFullAudio());
    this.#find("source")?.addEventListener("change", () => this.#askSource());
    this.#find("hangup")?.addEventListener("click", onHangUp);
    this.#find("unblock")?.addEventListener("click", () => {
      this.room.stage.playAll();
      this.#hide("unblock", true);
    });
    this.room.stage.addEventListener("blocked", () => this.#hide("unblock", false));
  }

  /** @param {() => Promise<void>} change */
  async #toggle(change) {
    try {
      await change();
      this.notices.set("source", "");
    } catch (error) {
      console.debug("device", error);
      this.notices.set("source", this.texts.get("source-failed"));
    }
    this.show();
    this.room.sayState();
  }

  show() {
    this.#press("mic", this.local.micOn);
    this.#press("camera", this.local.cameraOn);
    this.#press("second", this.local.secondTrack !== null);
    for (const [kind, problem] of Object.entries(this.local.problems)) {
      const name = kind === "audio" ? "mic" : "camera";
      this.notices.set(name, problem ? this.texts.get(`${name}-${problem}`) : "");
    }
    this.local.otherCameras?.().then((cameras) => this.#hide("second", cameras.length === 0), () => undefined);
  }

  /** @param {string} name @param {boolean} on */
  #press(name, on) {
    const button = this.#find(name);
    button?.setAttribute("aria-pressed", String(on));
    button?.querySelector("[data-on]")?.toggleAttribute("hidden", !on);
    button?.querySelector("[data-off]")?.toggleAttribute("hidden", on);
  }

  /** @param {string} name @param {boolean} hidden */
  #hide(name, hidden) {
    const element = this.#find(name);
    if (element) (element.closest("[data-control-box]") ?? element).toggleAttribute("hidden", hidden);
  }

  async #ownSecond() {
    if (this.local.secondTrack) await this.local.setSecond("");
    else await this.local.setSecond((await this.local.otherCameras())[0]?.id ?? "");
  }

  // What the professional asks

  #showSources() {
    const select = /** @type {HTMLSelectElement | null} */ (this.#find("source"));
    if (!select) return;
    const chosen = select.value;
    const options = [...this.room.people.values()].flatMap(({ card }) =>
      (card.state?.sources ?? []).map((/** @type {{id: string, label: string}} */ source) => ({
        value: `${card.participant} ${source.id}`,
        text: this.texts.get("source-of", { name: card.name, label: source.label }),
      })),
    );
    select.replaceChildren(new Option(this.texts.get("source-none"), ""), ...options.map((one) => new Option(one.text, one.value)));
    select.value = options.some((one) => one.value === chosen) ? chosen : "";
    this.#hide("source", options.length === 0);
    this.#hide("full-audio", this.#others().length === 0);
  }

  #others() {
    return [...this.room.people.keys()];
  }

  #askSource() {
    const select = /** @type {HTMLSelectElement} */ (this.#find("source"));
    const [to, source] = select.value.split(" ");
    const off = this.room.people.get(this.askedOf);
    if (off && this.askedOf !== to) this.signaling.send({ type: "request", to: this.askedOf, what: "second", on: false });
    if (to) this.signaling.send({ type: "request", to, what: "second", on: true, source });
    this.askedOf = to ?? "";
  }

  #askFullAudio() {
    const button = this.#find("full-audio");
    const on = button?.getAttribute("aria-pressed") !== "true";
    for (const [to, { card }] of this.room.people) {
      if (card.side !== "professional") this.signaling.send({ type: "request", to, what: "full_audio", on });
    }
    this.#press("full-audio", on);
  }

  // What is asked of this page

  /** @param {any} message */
  async #asked(message) {
    const person = this.room.people.get(message.from);
    if (message.type !== "request" || person?.card.side !== "professional" || message.what === "device") return;
    if (message.on && !(await this.#agreed(message, person.card.name))) return;
    const { what, on, source } = message;
    await this.#toggle(() => (what === "second" ? this.local.setSecond(on ? source ?? "" : "") : this.local.setFullAudio(on)));
  }

  /**
   * At home the person says yes first; a kiosk's devices (data-accept-requests) are lit from afar.
   * @param {any} message
   * @param {string} name
   */
  async #agreed({ what, source }, name) {
    const dialog = /** @type {HTMLDialogElement | null} */ (this.root.querySelector("dialog[data-ask]"));
    if (!dialog || "acceptRequests" in this.root.dataset) return true;
    const camera = (await this.local.otherCameras()).find((one) => one.id === source);
    const text = this.texts.get(what === "second" ? "ask-second" : "ask-audio", { name, label: camera?.label ?? "" });
    /** @type {HTMLElement} */ (dialog.querySelector("[data-ask-text]")).textContent = text;
    dialog.returnValue = "";
    if (!dialog.open) dialog.showModal();
    await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
    return dialog.returnValue === "yes";
  }

  async #offerCaptions() {
    const button = this.#find("captions");
    const line = /** @type {HTMLElement | null} */ (this.root.querySelector("[data-captions]"));
    const language = document.documentElement.lang === "en" ? "en-US" : "fr-FR";
    if (!button || !line || !(await Captions.offered(language))) return;
    const captions = new Captions(line, language);
    this.#hide("captions", false);
    button.addEventListener("click", () => {
      const first = [...this.room.people.values()][0];
      const stream = /** @type {MediaStream | null} */ (first?.tile.video.srcObject ?? null);
      const on = captions.recognition === null && (stream?.getAudioTracks().length ?? 0) > 0;
      if (on && stream) captions.start(stream.getAudioTracks()[0]);
      else captions.stop();
      this.#press("captions", on);
    });
  }
}
