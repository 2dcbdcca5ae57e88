// @ts-check
const RESTART_AFTER = 3000;
const RESTART_EVERY = 6000;
const DEAD_AFTER = 15000;
const VIDEO_BITRATE = { usual: 900_000, small: 250_000, weak: 90_000 };

/**
 * One other person. Only the newest page (`offers`) makes connections and their first offer: two first offers at
 * once leave Chromium's ICE at `new` for ever. Later offers follow perfect negotiation. `conn` names a connection,
 * so that words about an old one never reach the new one.
 * Events: `track` (detail: {stream, track, second}), `change`.
 */
export class Peer extends EventTarget {
  /**
   * @param {{ice: RTCConfiguration, offers: boolean, local: import("./localmedia.js").LocalMedia,
   *          send: (data: object) => boolean}} options
   */
  constructor({ ice, offers, local, send }) {
    super();
    this.ice = ice;
    this.offers = offers;
    this.polite = offers;
    this.local = local;
    this.send = send;
    /** @type {RTCPeerConnection | null} */
    this.pc = null;
    this.conn = "";
    this.closed = false;
    this.remoteSecond = "";
    this.weak = false;
    this.badSince = Date.now();
    this.restartedAt = 0;
    this.chain = Promise.resolve();
    if (offers) this.recreate();
  }

  get connected() {
    return this.pc?.connectionState === "connected";
  }

  /** A new connection from scratch, by the side that offers. */
  recreate() {
    const pc = this.#create(crypto.randomUUID());
    for (const kind of /** @type {("audio" | "video")[]} */ (["audio", "video"])) {
      const track = kind === "audio" ? this.local.audio : this.local.video;
      if (track) pc.addTransceiver(track, { direction: "sendrecv", streams: [this.local.main] });
      else pc.addTransceiver(kind, { direction: "recvonly" });
    }
    this.attached = true;
    this.setSecond(this.local.secondTrack);
  }

  /** @param {string} conn */
  #create(conn) {
    this.pc?.close();
    const pc = new RTCPeerConnection(this.ice);
    Object.assign(this, { pc, conn });
    this.established = false;
    this.attached = false;
    this.making = false;
    this.ignored = false;
    /** @type {RTCIceCandidateInit[]} */
    this.mine = [];
    /** @type {RTCIceCandidateInit[]} */
    this.early = [];
    /** @type {RTCRtpTransceiver | null} */
    this.second = null;
    this.badSince = Date.now();
    pc.onnegotiationneeded = () => this.#negotiate(pc);
    pc.onicecandidate = ({ candidate }) => {
      if (!candidate || pc !== this.pc) return;
      this.mine?.push(candidate.toJSON());
      this.#say({ candidate: candidate.toJSON() });
    };
    pc.ontrack = ({ track, streams }) => this.#hearTrack(pc, track, streams[0]);
    pc.onconnectionstatechange = () => this.dispatchEvent(new Event("change"));
    return pc;
  }

  /** @param {object} data */
  #say(data) {
    return this.send({ conn: this.conn, ...data });
  }

  #sayDescription() {
    if (!this.pc?.localDescription) return;
    const { type, sdp } = this.pc.localDescription;
    this.#say({ description: { type, sdp }, second: this.local.secondTrack ? this.local.second.id : "" });
  }

  /** @param {RTCPeerConnection} pc */
  async #negotiate(pc) {
    if (pc !== this.pc || (!this.offers && !this.established)) return;
    this.making = true;
    try {
      await pc.setLocalDescription();
      if (pc === this.pc && pc.signalingState === "have-local-offer") this.#sayDescription();
    } catch (error) {
      if (pc.signalingState !== "closed") console.warn("offer", error);
    } finally {
      if (pc === this.pc) this.making = false;
    }
  }

  /**
   * One word of the other side; they are taken in order.
   * @param {any} data
   */
  receive(data) {
    this.chain = this.chain.then(() => this.#take(data)).catch((error) => {
      if (!this.closed) console.warn("signal", error);
    });
  }

  /** @param {{conn: string, description?: RTCSessionDescriptionInit, candidate?: RTCIceCandidateInit,
   *           renew?: boolean, second?: string}} data */
  async #take({ conn, description, candidate, renew, second }) {
    if (this.closed) return;
    if (renew) {
      if (this.offers && !(this.connected && conn === this.conn)) this.recreate();
      return;
    }
    if (description?.type === "offer" && conn !== this.conn && !this.offers) this.#create(conn);
    if (!this.pc || conn !== this.conn) return;
    if (description) await this.#takeDescription(this.pc, description, second ?? "");
    else if (candidate && !this.pc.remoteDescription) this.early?.push(candidate);
    else if (candidate) await this.#takeCandidate(this.pc, candidate);
  }

  /**
   * @param {RTCPeerConnection} pc
   * @param {RTCSessionDescriptionInit} description
   * @param {string} second
   */
  async #takeDescription(pc, description, second) {
    const offer = description.type === "offer";
    this.ignored = offer && !this.polite && (this.making || pc.signalingState !== "stable");
    if (this.ignored || (!offer && pc.signalingState !== "have-local-offer")) return;
    this.remoteSecond = second;
    await pc.setRemoteDescription(description);
    for (const candidate of this.early?.splice(0) ?? []) await this.#takeCandidate(pc, candidate);
    if (offer) {
      if (!this.attached) this.#attach(pc);
      await pc.setLocalDescription();
      this.#sayDescription();
    }
    if (!this.established) {
      this.established = true;
      if (!this.offers) this.setSecond(this.local.secondTrack);
      this.tune();
    }
    this.dispatchEvent(new Event("change"));
  }

  /**
   * @param {RTCPeerConnection} pc
   * @param {RTCIceCandidateInit} candidate
   */
  async #takeCandidate(pc, candidate) {
    try {
      await pc.addIceCandidate(candidate);
    } catch (error) {
      if (!this.ignored && pc.signalingState !== "closed") console.debug("candidate", error);
    }
  }

  /** @param {RTCPeerConnection} pc */
  #attach(pc) {
    this.attached = true;
    for (const track of this.local.main.getTracks()) pc.addTrack(track, this.local.main);
  }

  /**
   * @param {RTCPeerConnection} pc
   * @param {MediaStreamTrack} track
   * @param {MediaStream | undefined} stream
   */
  #hearTrack(pc, track, stream) {
    if (pc !== this.pc) return;
    const second = stream !== undefined && stream.id === this.remoteSecond;
    this.dispatchEvent(new CustomEvent("track", { detail: { track, stream: stream ?? new MediaStream([track]), second } }));
  }

  /**
   * Camera or microphone changed; the connection stays.
   * @param {"audio" | "video"} kind
   * @param {MediaStreamTrack | null} track
   */
  async setTrack(kind, track) {
    const transceiver = this.pc?.getTransceivers().find((one) => one.receiver.track.kind === kind && one !== this.second);
    if (!transceiver) return;
    await transceiver.sender.replaceTrack(track);
    if (track && (transceiver.direction === "recvonly" || transceiver.direction === "inactive")) {
      transceiver.sender.setStreams(this.local.main);
      transceiver.direction = "sendrecv";
    }
  }

  /**
   * A second picture (otoscope, dermatoscope) as a track of its own.
   * @param {MediaStreamTrack | null} track
   */
  async setSecond(track) {
    if (!this.pc || (!this.second && !track)) return;
    if (!this.second && track) {
      this.second = this.pc.addTransceiver(track, { direction: "sendonly", streams: [this.local.second] });
    } else if (this.second) {
      await this.second.sender.replaceTrack(track);
      this.second.direction = track ? "sendonly" : "inactive";
    }
  }

  /** The socket is back, on our side or theirs: say again what may have been lost. */
  resync() {
    if (!this.pc) {
      if (this.offers) this.recreate();
      return;
    }
    const waiting = this.pc.signalingState === "have-local-offer";
    if (waiting) this.#sayDescription();
    if (!waiting && this.connected) return;
    const sdp = this.pc.localDescription?.sdp ?? "";
    for (const candidate of this.mine ?? []) {
      if (sdp.includes(`a=ice-ufrag:${candidate.usernameFragment}\r`)) this.#say({ candidate });
    }
  }

  /** Look for a way again; the media goes on meanwhile if it can. */
  restart() {
    if (!this.pc || !this.established || this.pc.signalingState === "closed") return;
    this.restartedAt = Date.now();
    this.mine = [];
    this.pc.restartIce();
  }

  /** @param {RTCConfiguration} ice */
  setIce(ice) {
    this.ice = ice;
    try {
      this.pc?.setConfiguration(ice);
    } catch (error) {
      console.debug("configuration", error); // some browsers refuse to change the policy
    }
  }

  /**
   * Called each second.
   * @param {boolean} reachable the socket is open and the other is in the room
   */
  watch(reachable) {
    const now = Date.now();
    if (this.connected) {
      this.badSince = 0;
      return;
    }
    this.badSince ||= now;
    const state = this.pc?.iceConnectionState;
    const lost = state === "failed" || (state === "disconnected" && now - this.badSince > RESTART_AFTER);
    if (lost && now - this.restartedAt > RESTART_EVERY) this.restart();
    if (!reachable || now - this.badSince < DEAD_AFTER) return;
    this.badSince = now;
    if (this.offers) this.recreate();
    else this.#sayRenew();
  }

  #sayRenew() {
    this.send({ conn: this.conn || "none", renew: true });
  }

  /** The voice first: video takes what is left, less when the line is weak or many are here. */
  async tune() {
    for (const sender of this.pc?.getSenders() ?? []) {
      const parameters = sender.getParameters();
      if (!sender.track || !parameters.encodings?.length) continue;
      const [encoding] = parameters.encodings;
      if (sender.track.kind === "audio") {
        Object.assign(encoding, { priority: "high", networkPriority: "high" });
      } else {
        const size = this.weak ? "weak" : this.local.small ? "small" : "usual";
        Object.assign(encoding, { maxBitrate: VIDEO_BITRATE[size], scaleResolutionDownBy: this.weak ? 2 : 1 });
        Object.assign(parameters, { degradationPreference: "balanced" });
      }
      await sender.setParameters(parameters).catch((error) => console.debug("parameters", error));
    }
  }

  close() {
    this.closed = true;
    this.pc?.close();
    this.pc = null;
  }
}
