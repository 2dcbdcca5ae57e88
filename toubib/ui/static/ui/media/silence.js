// @ts-check
const NOTHING = 0.0006;
const AFTER = 10_000;
const EVERY = 150;

/** Says when the microphone is on and nothing at all comes from it (a muted headset, a wrong device). */
export class SilenceWatch {
  /**
   * @param {import("./localmedia.js").LocalMedia} local
   * @param {(silent: boolean) => void} tell
   */
  constructor(local, tell) {
    this.local = local;
    this.tell = tell;
    this.silent = 0;
    /** @type {{context: AudioContext, analyser: AnalyserNode, track: MediaStreamTrack} | null} */
    this.ear = null;
    this.timer = setInterval(() => this.#look(), EVERY);
  }

  #look() {
    const track = this.local.audio;
    if (!track || !this.local.micOn) {
      this.#set(0);
      return;
    }
    if (this.ear?.track !== track) this.#attach(track);
    if (this.ear?.context.state !== "running") return;
    this.#set(level(this.ear.analyser) < NOTHING ? this.silent + EVERY : 0);
  }

  /** @param {MediaStreamTrack} track */
  #attach(track) {
    this.ear?.context.close();
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    this.ear = { context, analyser, track };
  }

  /** @param {number} silent milliseconds */
  #set(silent) {
    const was = this.silent >= AFTER;
    this.silent = silent;
    if (was !== silent >= AFTER) this.tell(silent >= AFTER);
  }
}

/** Root mean square of the last samples, 0 to 1. @param {AnalyserNode} analyser */
export function level(analyser) {
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
}
