"""Remake the icon sprite from npm's @tabler/icons (MIT) and our own drawn portraits.

    npm pack @tabler/icons@3.51.0 && tar -xzf tabler-icons-3.51.0.tgz
    python scripts/build_icons.py package/icons/outline

The names below are the only icons Toubib uses; `{% icon %}` refuses any other.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SPRITE = HERE.parent / "toubib" / "ui" / "static" / "ui" / "icons.svg"
PORTRAITS = HERE / "portraits.svg"
FRAME = re.compile(r'<path\s+stroke="none"[^>]*/>')
NAMES: list[str] = """
alert-triangle ambulance arrow-left arrow-right badge-cc bell book building-hospital calendar camera camera-off
camera-rotate chart-bar check chevron-down chevron-left chevron-right circle-check clipboard-text clock copy
device-desktop device-laptop device-mobile device-mobile-message door-enter door-exit download ear external-link eye
file-text flag hand-stop heartbeat help-circle history home info-circle key language list lock logout mail map-pin
message message-circle microphone microphone-off moon paperclip pencil phone phone-call phone-off photo pill
player-pause player-play plus printer receipt refresh screen-share screen-share-off search send settings shield-check
star stethoscope sun trash user user-check user-plus users users-group video video-off volume wifi wifi-off x
""".split()  # noqa: SIM905 - one line a name would bury the script


def build_symbol(name: str, source: str) -> str:
    inside = source[source.index(">", source.index("<svg")) + 1 : source.rindex("</svg>")]
    shapes = " ".join(FRAME.sub("", inside).split())
    return f'<symbol id="i-{name}" viewBox="0 0 24 24">{shapes}</symbol>'


def build_sprite(outline: Path) -> str:
    icons = [build_symbol(name, (outline / f"{name}.svg").read_text()) for name in NAMES]
    portraits = PORTRAITS.read_text().splitlines()[1:-1]
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', *icons, *portraits, "</svg>", ""])


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        sys.stderr.write("usage: build_icons.py FOLDER (package/icons/outline of @tabler/icons)\n")
        return 2
    SPRITE.write_text(build_sprite(Path(arguments[0])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
