// @ts-check
/** Captions of what the other says, only where the browser makes them on the device: no word leaves it. */
export class Captions {
  /**
   * @param {HTMLElement} line
   * @param {string} language
   */
  constructor(line, language) {
    this.line = line;
    this.language = language;
    /** @type {any} */
    this.recognition = null;
  }

  static async offered(/** @type {string} */ language) {
    const Recognition = /** @type {any} */ (window).SpeechRecognition;
    if (!Recognition?.available) return false;
    try {
      return (await Recognition.available({ langs: [language], processLocally: true })) === "available";
    } catch {
      return false;
    }
  }

  /** @param {MediaStreamTrack} track the other person's sound */
  start(track) {
    const recognition = new /** @type {any} */ (window).SpeechRecognition();
    Object.assign(recognition, { lang: this.language, continuous: true, interimResults: true, processLocally: true });
    recognition.onresult = (/** @type {any} */ event) => {
      const last = event.results[event.results.length - 1];
      this.line.textContent = last[0].transcript;
    };
    recognition.onend = () => this.recognition === recognition && recognition.start(track);
    this.recognition = recognition;
    this.line.hidden = false;
    recognition.start(track);
  }

  stop() {
    const recognition = this.recognition;
    this.recognition = null;
    recognition?.stop();
    this.line.hidden = true;
    this.line.textContent = "";
  }
}
