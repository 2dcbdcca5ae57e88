// @ts-check
/** @typedef {"refused" | "system" | "none" | "busy" | ""} Problem */

const USUAL = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24, max: 30 } };
const SMALL = { width: { ideal: 320 }, height: { ideal: 240 }, frameRate: { ideal: 15, max: 20 } };
const VOICE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const FULL = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

/**
 * « The user said no » is not « there is none », nor « another program holds it ».
 * @param {unknown} error
 * @returns {Problem}
 */
export function problemOf(error) {
  const { name, message } = /** @type {DOMException} */ (error);
  if (name === "NotAllowedError" || name === "SecurityError") return /system/i.test(message) ? "system" : "refused";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "none";
  return "busy";
}

/**
 * Camera, microphone, second camera of this page. `main` and `second` are the same objects for the page's life,
 * so their ids can be told to the others. Event `track` (detail: {kind, track}), kind `audio|video|second`.
 */
export class LocalMedia extends EventTarget {
  constructor() {
    super();
    this.main = new MediaStream();
    this.second = new MediaStream();
    this.secondLabel = "";
    this.fullAudio = false;
    /** @type {import("./exam.js").Exam | null} what is listened to instead of the voice */
    this.sound = null;
    this.micOn = true;
    this.cameraOn = true;
    this.small = false;
    /** @type {{audio: Problem, video: Problem}} */
    this.problems = { audio: "", video: "" };
  }

  get audio() {
    return this.main.getAudioTracks()[0] ?? null;
  }

  get video() {
    return this.main.getVideoTracks()[0] ?? null;
  }

  get secondTrack() {
    return this.second.getVideoTracks()[0] ?? null;
  }

  /** Both, else what there is: the voice alone, the picture alone, or nothing. */
  async open() {
    try {
      const both = await navigator.mediaDevices.getUserMedia({ audio: VOICE, video: USUAL });
      for (const track of both.getTracks()) this.#put(this.main, track);
    } catch (error) {
      if (!navigator.mediaDevices) this.problems = { audio: "none", video: "none" };
      else await Promise.all([this.#tryOne("audio"), this.#tryOne("video")]);
    }
    this.micOn = this.audio !== null;
    this.cameraOn = this.video !== null;
  }

  /** @param {"audio" | "video"} kind */
  async #tryOne(kind) {
    try {
      const wish = kind === "audio" ? { audio: this.#voice() } : { video: this.small ? SMALL : USUAL };
      const stream = await navigator.mediaDevices.getUserMedia(wish);
      this.problems[kind] = "";
      this.#put(this.main, stream.getTracks()[0]);
      return true;
    } catch (error) {
      this.problems[kind] = problemOf(error);
      return false;
    }
  }

  /** @param {boolean} on */
  async setMic(on) {
    if (on && !this.audio) await this.#tryOne("audio");
    if (this.audio) this.audio.enabled = on;
    this.micOn = on && this.audio !== null;
  }

  /**
   * Off means off: the camera's light goes out, and nothing is sent that could count as video.
   * @param {boolean} on
   */
  async setCamera(on) {
    if (on && !this.video) await this.#tryOne("video");
    if (!on && this.video) this.#drop(this.main, this.video, "video");
    this.cameraOn = on && this.video !== null;
  }

  /**
   * Heart and lungs: without what browsers do for voices.
   * @param {boolean} on
   */
  async setFullAudio(on) {
    this.fullAudio = on;
    if (!this.audio) return;
    const stream = await navigator.mediaDevices.getUserMedia({ audio: this.#voice() });
    this.#replaceAudio(stream.getTracks()[0]);
  }

  /**
   * A stethoscope in the place of the voice, and back: the others' connections stay.
   * @param {import("./exam.js").Exam | null} exam
   */
  async setSound(exam) {
    if (exam === this.sound || (!exam && !this.sound)) return;
    const track = exam ? await exam.open(FULL) : (await navigator.mediaDevices.getUserMedia({ audio: VOICE })).getTracks()[0];
    this.sound = exam;
    this.fullAudio = exam !== null;
    this.micOn = true;
    this.#replaceAudio(track);
  }

  /** @param {MediaStreamTrack} track */
  #replaceAudio(track) {
    const old = this.audio;
    track.enabled = this.micOn;
    if (old) {
      old.onended = null;
      this.main.removeTrack(old);
      old.stop();
    }
    this.#put(this.main, track);
  }

  /**
   * A camera of examination that is known by its number: its picture goes beside the face.
   * @param {import("./exam.js").Exam | null} exam
   */
  async setExam(exam) {
    if (!exam) return this.setSecond("");
    const track = await exam.open(USUAL);
    const old = this.secondTrack;
    if (old) {
      old.onended = null;
      this.second.removeTrack(old);
      old.stop();
    }
    this.secondLabel = exam.label;
    this.#put(this.second, track);
  }

  /** @returns {Promise<{id: string, label: string}[]>} cameras other than the one shown */
  async otherCameras() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    const shown = this.video?.getSettings().deviceId;
    return devices
      .filter((device) => device.kind === "videoinput" && device.deviceId && device.deviceId !== shown)
      .slice(0, 8)
      .map((device) => ({ id: device.deviceId, label: device.label.replace(/[<>\p{Cc}]/gu, "").slice(0, 80) }));
  }

  /** @param {string} deviceId empty: stop */
  async setSecond(deviceId) {
    const old = this.secondTrack;
    if (!deviceId) {
      if (old) this.#drop(this.second, old, "second");
      this.secondLabel = "";
      return;
    }
    const stream = await navigator.mediaDevices.getUserMedia({ video: { ...USUAL, deviceId: { exact: deviceId } } });
    if (old) {
      this.second.removeTrack(old);
      old.stop();
    }
    const track = stream.getVideoTracks()[0];
    this.secondLabel = track.label.replace(/[<>\p{Cc}]/gu, "").slice(0, 80);
    this.#put(this.second, track);
  }

  /**
   * Three and more share the line and the processor: smaller pictures.
   * @param {boolean} small
   */
  async setSmall(small) {
    if (this.small === small) return;
    this.small = small;
    await this.video?.applyConstraints(small ? SMALL : USUAL).catch(() => undefined);
  }

  stop() {
    for (const track of [...this.main.getTracks(), ...this.second.getTracks()]) track.stop();
  }

  #voice() {
    return this.fullAudio ? FULL : VOICE;
  }

  /**
   * @param {MediaStream} stream
   * @param {MediaStreamTrack} track
   */
  #put(stream, track) {
    const kind = stream === this.second ? "second" : track.kind;
    if (kind === "second") track.contentHint = "detail";
    stream.addTrack(track);
    track.onended = () => this.#drop(stream, track, kind);
    this.dispatchEvent(new CustomEvent("track", { detail: { kind, track } }));
  }

  /**
   * @param {MediaStream} stream
   * @param {MediaStreamTrack} track
   * @param {string} kind
   */
  #drop(stream, track, kind) {
    if (!stream.getTracks().includes(track)) return;
    track.onended = null;
    track.stop();
    stream.removeTrack(track);
    if (kind === "video") this.cameraOn = false;
    if (kind === "audio") this.micOn = false;
    if (kind === "second") this.secondLabel = "";
    this.dispatchEvent(new CustomEvent("track", { detail: { kind, track: null } }));
  }
}
