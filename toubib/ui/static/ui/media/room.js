// @ts-check
import { Peer } from "./peer.js";

const SILENT = 4000;
const MISSING = 10000;
const GRACE = 8000;

/**
 * @typedef {{participant: string, role: string, name: string, rpps: string, side: string, tab: string,
 *            since: number, here: boolean, state: any}} Card
 * @typedef {{card: Card, peer: Peer, tile: import("./tiles.js").Tile, second: import("./tiles.js").Tile | null,
 *            here: boolean, missingSince: number, hadMedia: boolean}} Person
 */

/** Everyone in the room, each by an own connection (mesh of four at most). Event `people` when that changes. */
export class Room extends EventTarget {
  /**
   * @param {{signaling: import("./signaling.js").Signaling, local: import("./localmedia.js").LocalMedia,
   *          credentials: import("./credentials.js").Credentials, stage: import("./tiles.js").Stage,
   *          notices: import("./notices.js").Notices, texts: import("./texts.js").Texts}} parts
   */
  constructor({ signaling, local, credentials, stage, notices, texts }) {
    super();
    this.signaling = signaling;
    this.local = local;
    this.credentials = credentials;
    this.stage = stage;
    this.notices = notices;
    this.texts = texts;
    /** @type {Map<string, Person>} */
    this.people = new Map();
    /** @type {Card | null} */
    this.me = null;
    /** @type {(id: string) => number} */
    this.silentFor = () => 0;
    /** @type {() => object} what else the others are told of this page */
    this.more = () => ({});
    this.#listen();
  }

  #listen() {
    this.signaling.addEventListener("welcome", (event) => this.#welcome(/** @type {CustomEvent} */ (event).detail));
    this.signaling.addEventListener("message", (event) => this.#hear(/** @type {CustomEvent} */ (event).detail));
    this.local.addEventListener("track", (event) => this.#localTrack(/** @type {CustomEvent} */ (event).detail));
    this.credentials.addEventListener("pass", () => {
      for (const { peer } of this.people.values()) peer.setIce(this.ice);
    });
    const restart = () => this.restart();
    addEventListener("online", restart);
    /** @type {any} */ (navigator).connection?.addEventListener?.("change", restart);
    this.timer = setInterval(() => this.#watch(), 1000);
  }

  /** @returns {RTCConfiguration} */
  get ice() {
    return { ...this.credentials.pass?.ice, bundlePolicy: "max-bundle" };
  }

  /** The network changed: each connection looks for a way again. */
  restart() {
    for (const { peer } of this.people.values()) peer.restart();
  }

  /** @param {{you: Card, members: Card[]}} welcome */
  #welcome({ you, members }) {
    this.me = you;
    const present = new Set(members.map((card) => card.participant));
    for (const card of members) this.#meet(card);
    for (const [id, person] of this.people) {
      if (!present.has(id)) this.#absent(person);
    }
    this.sayState();
  }

  /** @param {any} message */
  #hear(message) {
    const person = this.people.get(message.from ?? message.participant);
    if (message.type === "joined") this.#meet(message.member);
    else if (message.type === "left" && person) this.#left(person, message.reason);
    else if (message.type === "signal" && person && person.card.tab === message.tab) person.peer.receive(message.data);
    else if (message.type === "state" && person) this.#state(person, message.state);
  }

  /**
   * Someone is here: the page we know (say again what may be lost), or a new page of theirs (start anew).
   * @param {Card} card
   */
  #meet(card) {
    let person = this.people.get(card.participant);
    if (person?.card.tab === card.tab) {
      person.card = card;
      person.here = card.here;
      person.missingSince = card.here ? 0 : person.missingSince;
      person.peer.resync();
    } else if (card.here) {
      if (person) this.#forget(person);
      person = this.#arrive(card);
    }
    if (person && card.state) this.#state(person, card.state);
  }

  /** @param {Card} card @returns {Person} */
  #arrive(card) {
    const tile = this.stage.add(this.label(card));
    const peer = new Peer({
      ice: this.ice,
      offers: (this.me?.since ?? 0) > card.since,
      local: this.local,
      send: (data) => this.signaling.send({ type: "signal", to: card.participant, data }),
    });
    /** @type {Person} */
    const person = { card, peer, tile, second: null, here: true, missingSince: 0, hadMedia: false };
    this.people.set(card.participant, person);
    peer.addEventListener("track", (event) => this.#show(person, /** @type {CustomEvent} */ (event).detail));
    peer.addEventListener("change", () => this.#changed(person));
    this.notices.announce(this.texts.get("joined", { name: card.name }));
    this.#count();
    return person;
  }

  /** Name, role, RPPS: on the screen for everyone, always. @param {Card} card */
  label(card) {
    const key = `role-${card.role}`;
    const role = this.texts.has(key) ? this.texts.get(key) : card.role;
    return [[card.name, role].filter(Boolean).join(", "), card.rpps && this.texts.get("rpps", { rpps: card.rpps })]
      .filter(Boolean)
      .join(" · ");
  }

  /**
   * @param {Person} person
   * @param {{track: MediaStreamTrack, stream: MediaStream, second: boolean}} detail
   */
  #show(person, { track, stream, second }) {
    if (!second) {
      person.tile.show(stream);
      return;
    }
    if (track.kind !== "video") return;
    person.second ??= this.stage.add(this.#secondLabel(person), true);
    person.second.show(stream);
  }

  /** @param {Person} person */
  #secondLabel(person) {
    return this.texts.get("second-of", { name: person.card.name, label: person.card.state?.second ?? "" });
  }

  /** @param {Person} person */
  #changed(person) {
    if (person.peer.connected) person.hadMedia = true;
    if (person.second && !person.peer.remoteSecond) {
      this.stage.remove(person.second);
      person.second = null;
    }
    this.#tellMedia();
  }

  /**
   * @param {Person} person
   * @param {any} state
   */
  #state(person, state) {
    person.card.state = state;
    person.tile.setState(this.#stateText(person));
    person.tile.setMic(state?.mic === false);
    if (person.second) person.second.caption.textContent = this.#secondLabel(person);
    this.dispatchEvent(new CustomEvent("people"));
  }

  /** @param {Person} person */
  #stateText(person) {
    const { camera, mic } = person.card.state ?? {};
    if (camera === false) return this.texts.get(mic === false ? "tile-nothing" : "tile-camera-off");
    return this.#stopped(person) ? this.texts.get("tile-stopped") : "";
  }

  /** @param {Person} person */
  #stopped(person) {
    return person.hadMedia && (!person.peer.connected || this.silentFor(person.card.participant) > SILENT);
  }

  /**
   * @param {Person} person
   * @param {string} reason
   */
  #left(person, reason) {
    if (reason !== "lost" || !person.peer.connected) {
      this.#drop(person);
      return;
    }
    this.#absent(person);
    person.missingSince -= GRACE; // the server waited that long before it said so
  }

  /** The server does not see this person; the media may still flow. @param {Person} person */
  #absent(person) {
    person.here = false;
    person.missingSince ||= Date.now();
  }

  /** @param {Person} person */
  #drop(person) {
    this.#forget(person);
    this.notices.announce(this.texts.get("left", { name: person.card.name }));
    this.#tellMedia();
  }

  /** @param {Person} person */
  #forget(person) {
    person.peer.close();
    this.stage.remove(person.tile);
    if (person.second) this.stage.remove(person.second);
    this.people.delete(person.card.participant);
    this.#count();
  }

  #count() {
    const small = this.people.size >= 2;
    if (small !== this.local.small) {
      this.local.setSmall(small).then(() => this.people.forEach(({ peer }) => peer.tune()));
    }
    this.dispatchEvent(new CustomEvent("people"));
  }

  #watch() {
    for (const person of [...this.people.values()]) {
      person.peer.watch(this.signaling.open && person.here);
      person.tile.setState(this.#stateText(person));
      const missing = person.missingSince && Date.now() - person.missingSince > MISSING;
      if (missing && this.signaling.open && !person.peer.connected) this.#drop(person);
    }
    this.#tellMedia();
  }

  #tellMedia() {
    const stopped = [...this.people.values()].find((person) => this.#stopped(person));
    this.notices.set("media", stopped ? this.texts.get("media-stopped", { name: stopped.card.name }) : "");
  }

  /** @param {{kind: "audio" | "video" | "second", track: MediaStreamTrack | null}} detail */
  #localTrack({ kind, track }) {
    for (const { peer } of this.people.values()) {
      if (kind === "second") peer.setSecond(track);
      else peer.setTrack(kind, track).then(() => peer.tune());
    }
    this.sayState();
  }

  /** Tell the others what we send, and which other cameras they may ask for. */
  async sayState() {
    const sources = navigator.mediaDevices ? await this.local.otherCameras() : [];
    this.signaling.send({
      type: "state",
      mic: this.local.micOn,
      camera: this.local.cameraOn,
      full_audio: this.local.fullAudio,
      second: this.local.secondLabel,
      sources,
      ...this.more(),
    });
  }

  stop() {
    clearInterval(this.timer);
    for (const { peer } of this.people.values()) peer.close();
  }
}
