// @ts-check
const PLACES = ["", "small second", "small third", "small fourth", "small fifth"];

/** One picture on the stage, with the name of the person under it, always. */
export class Tile {
  /**
   * @param {Stage} stage
   * @param {string} label
   */
  constructor(stage, label) {
    const template = /** @type {HTMLTemplateElement} */ (stage.root.querySelector("template[data-tile]"));
    const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    this.stage = stage;
    this.figure = /** @type {HTMLElement} */ (copy.querySelector("figure"));
    this.video = /** @type {HTMLVideoElement} */ (copy.querySelector("video"));
    this.caption = /** @type {HTMLElement} */ (copy.querySelector("figcaption"));
    this.state = /** @type {HTMLElement} */ (copy.querySelector("[data-tile-state]"));
    this.mic = /** @type {HTMLElement | null} */ (copy.querySelector("[data-tile-mic]"));
    this.caption.textContent = label;
    this.video.setAttribute("aria-label", label);
    this.figure.addEventListener("click", () => stage.pin(this));
  }

  /** @param {MediaStream} stream */
  show(stream) {
    if (this.video.srcObject !== stream) this.video.srcObject = stream;
    this.video.play().catch((error) => {
      if (error.name === "NotAllowedError") this.stage.dispatchEvent(new Event("blocked"));
    });
  }

  /** @param {boolean} off the person cut the microphone */
  setMic(off) {
    if (this.mic) this.mic.hidden = !off;
  }

  /** @param {string} text why there is no picture; empty when there is one */
  setState(text) {
    if (this.state.textContent === text) return;
    this.state.textContent = text;
    this.state.hidden = text === "";
    this.figure.classList.toggle("without-picture", text !== "");
  }
}

/** Who is shown where: a second camera first, then people in order of arrival; a touch on a small one enlarges it. */
export class Stage extends EventTarget {
  /** @param {HTMLElement} root */
  constructor(root) {
    super();
    this.root = root;
    this.stage = /** @type {HTMLElement} */ (root.querySelector("[data-stage]"));
    this.alone = /** @type {HTMLElement} */ (root.querySelector("[data-alone]"));
    /** @type {Tile[]} */
    this.tiles = [];
    /** @type {Tile | null} */
    this.pinned = null;
  }

  /**
   * @param {string} label
   * @param {boolean} first
   */
  add(label, first = false) {
    const tile = new Tile(this, label);
    if (first) this.tiles.unshift(tile);
    else this.tiles.push(tile);
    this.stage.append(tile.figure);
    this.place();
    return tile;
  }

  /** @param {Tile} tile */
  remove(tile) {
    this.tiles = this.tiles.filter((one) => one !== tile);
    if (this.pinned === tile) this.pinned = null;
    tile.video.srcObject = null;
    tile.figure.remove();
    this.place();
  }

  /** @param {Tile} tile */
  pin(tile) {
    this.pinned = tile;
    this.place();
  }

  place() {
    const order = this.pinned ? [this.pinned, ...this.tiles.filter((tile) => tile !== this.pinned)] : this.tiles;
    order.forEach((tile, index) => {
      const without = tile.figure.classList.contains("without-picture") ? " without-picture" : "";
      tile.figure.className = `tile ${PLACES[Math.min(index, PLACES.length - 1)]}${without}`.trim();
    });
    this.alone.hidden = this.tiles.length > 0;
  }

  /** After a touch: browsers let sound begin only then. */
  playAll() {
    for (const tile of this.tiles) tile.video.play().catch(() => undefined);
  }
}
