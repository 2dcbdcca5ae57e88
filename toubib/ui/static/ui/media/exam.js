// @ts-check
/* Otoscope, dermatoscope, slit lamp, stethoscope: where their track comes from. A virtual one draws or plays its own,
   and says so in it. Toubib, EUPL-1.2 */

/**
 * @typedef {{id: string, number: number, kind: string, label: string, media: "" | "camera" | "sound",
 *            media_label: string, virtual: boolean}} Unit
 * @typedef {{label: string, open: (wish: MediaTrackConstraints) => Promise<MediaStreamTrack>}} Exam
 */

const FRAMES = 12;

/**
 * @param {Unit} unit
 * @param {string} label as the others read it
 * @param {() => MediaStreamTrack | null} face the camera that is shown already
 * @returns {Exam | null} null: a device that measures
 */
export function examOf(unit, label, face) {
  if (unit.media === "camera") {
    return { label, open: (wish) => (unit.virtual ? drawn(label) : opened("videoinput", unit, wish, face())) };
  }
  if (unit.media === "sound") {
    return { label, open: (wish) => (unit.virtual ? played() : opened("audioinput", unit, wish, null)) };
  }
  return null;
}

/**
 * The one whose name holds what is on file; else the only other one there.
 * @param {"videoinput" | "audioinput"} kind
 * @param {Unit} unit
 * @param {MediaTrackConstraints} wish
 * @param {MediaStreamTrack | null} face
 */
async function opened(kind, unit, wish, face) {
  const found = (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === kind && one.deviceId);
  const named = unit.media_label && found.find((one) => one.label.includes(unit.media_label));
  const shown = face?.getSettings().deviceId;
  const others = found.filter((one) => one.deviceId !== "default" && one.deviceId !== "communications" && one.deviceId !== shown);
  const chosen = named || (others.length === 1 && !unit.media_label ? others[0] : null);
  if (!chosen) throw new DOMException("no such device", "NotFoundError");
  const exact = { ...wish, deviceId: { exact: chosen.deviceId } };
  const asked = kind === "videoinput" ? { video: exact } : { audio: exact };
  return (await navigator.mediaDevices.getUserMedia(asked)).getTracks()[0];
}

/** A picture that moves, with its own name on it. @param {string} label @returns {Promise<MediaStreamTrack>} */
async function drawn(label) {
  const canvas = document.createElement("canvas");
  canvas.width = 640;
  canvas.height = 480;
  const draw = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  let turn = 0;
  const timer = setInterval(() => {
    turn += 0.08;
    paint(draw, turn, label);
  }, 1000 / FRAMES);
  paint(draw, turn, label);
  const [track] = canvas.captureStream(FRAMES).getVideoTracks();
  return ended(track, () => clearInterval(timer));
}

/** @param {CanvasRenderingContext2D} draw @param {number} turn @param {string} label */
function paint(draw, turn, label) {
  draw.fillStyle = "#0d0705";
  draw.fillRect(0, 0, 640, 480);
  const [x, y] = [320 + Math.cos(turn) * 14, 225 + Math.sin(turn * 1.3) * 10];
  const skin = draw.createRadialGradient(x, y, 20, x, y, 190);
  skin.addColorStop(0, "#e9c9b4");
  skin.addColorStop(0.7, "#b9735c");
  skin.addColorStop(1, "#2a120c");
  draw.fillStyle = skin;
  draw.beginPath();
  draw.arc(x, y, 190, 0, 2 * Math.PI);
  draw.fill();
  draw.fillStyle = "#ffffffcc";
  draw.beginPath();
  draw.moveTo(x, y);
  draw.lineTo(x + 120, y + 70);
  draw.lineTo(x + 70, y + 120);
  draw.fill();
  draw.fillStyle = "#ffffff";
  draw.font = "700 24px sans-serif";
  draw.textAlign = "center";
  draw.fillText(label, 320, 462);
}

/** Two beats, then a rest. @returns {Promise<MediaStreamTrack>} */
async function played() {
  const context = new AudioContext();
  const out = context.createMediaStreamDestination();
  const volume = context.createGain();
  volume.gain.value = 0;
  const tone = context.createOscillator();
  tone.frequency.value = 55;
  tone.connect(volume).connect(out);
  tone.start();
  const beat = () => {
    for (const [after, loud] of [[0, 0.9], [0.28, 0.6]]) {
      const at = context.currentTime + after;
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(loud, at + 0.03);
      volume.gain.linearRampToValueAtTime(0, at + 0.12);
    }
  };
  const timer = setInterval(beat, 850);
  beat();
  return ended(out.stream.getAudioTracks()[0], () => {
    clearInterval(timer);
    context.close();
  });
}

/** What draws or plays stops with its track. @param {MediaStreamTrack} track @param {() => void} end */
function ended(track, end) {
  const stop = track.stop.bind(track);
  track.stop = () => {
    end();
    stop();
  };
  return track;
}
