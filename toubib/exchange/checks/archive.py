"""The archive: names, what lies inside, and each file by its own check."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from toubib.exchange.checks.cda import check_cda
from toubib.exchange.checks.finding import Finding
from toubib.exchange.checks.metadata import check_metadata

FOLDER = "IHE_XDM/SUBSET01/"
FIXED = ["INDEX.HTM", "README.TXT", f"{FOLDER}METADATA.XML"]
DOCUMENT = re.compile(rf"{FOLDER}DOC\d{{4}}\.XML")
ISO_9660 = re.compile(r"([A-Z0-9_]{1,8}/)*[A-Z0-9_]{1,8}(\.[A-Z0-9_]{1,3})?")
MOST = 25 * 1024 * 1024  # bytes unpacked: what a message may weigh


def check_archive(content: bytes, *, allow_test: bool) -> list[Finding]:
    """Names and tree, then CDA, then METADATA where every CDA is well."""
    try:
        contents = _open(content)
    except (zipfile.BadZipFile, ValueError) as error:
        return [Finding("XDM.ZIP", "IHE_XDM.ZIP", f"cannot be opened: {error}")]
    found = list(_tree(contents))
    documents = {name: body for name, body in contents.items() if DOCUMENT.fullmatch(name)}
    for body in documents.values():
        found += check_cda(body, allow_test=allow_test)
    if not found:
        bare = {name.removeprefix(FOLDER): body for name, body in documents.items()}
        found += check_metadata(contents[f"{FOLDER}METADATA.XML"], documents=bare)
    return found


def documents_of(content: bytes) -> list[bytes]:
    """The CDA files of an archive that passed the checks."""
    return [body for name, body in _open(content).items() if DOCUMENT.fullmatch(name)]


def _open(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = archive.infolist()
        if sum(info.file_size for info in infos) > MOST:
            raise ValueError("too big once unpacked")
        if len({info.filename for info in infos}) < len(infos):
            raise ValueError("a name stands twice")
        return {info.filename: archive.read(info) for info in infos}


def _tree(contents: dict[str, bytes]) -> Iterator[Finding]:
    for name in contents:
        if not ISO_9660.fullmatch(name):
            yield Finding("XDM.NAME", name, "not a name of ISO 9660 level 1")
        if name not in FIXED and not DOCUMENT.fullmatch(name):
            yield Finding("XDM.TREE", name, "not of this archive")
    for name in FIXED:
        if name not in contents:
            yield Finding("XDM.TREE", name, "missing")
    if not any(DOCUMENT.fullmatch(name) for name in contents):
        yield Finding("XDM.TREE", f"{FOLDER}DOC0001.XML", "missing")
    if b"README.TXT" not in contents.get("INDEX.HTM", b"README.TXT"):
        yield Finding("XDM.INDEX", "INDEX.HTM", "does not lead to README.TXT")
