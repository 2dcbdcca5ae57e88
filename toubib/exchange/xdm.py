"""The IHE XDM archive: `IHE_XDM.ZIP`, the same bytes for the same letter."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from html import escape

from toubib.exchange.cda import build_cda
from toubib.exchange.letter import Letter
from toubib.exchange.metadata import build_metadata
from toubib.people.identity import PARIS

ARCHIVE = "IHE_XDM.ZIP"
INDEX, README = "INDEX.HTM", "README.TXT"
METADATA = "IHE_XDM/SUBSET01/METADATA.XML"
DOCUMENT = "IHE_XDM/SUBSET01/DOC0001.XML"
NAMES = (INDEX, README, METADATA, DOCUMENT)

_INDEX = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML Basic 1.1//EN" "http://www.w3.org/TR/xhtml-basic/xhtml-basic11.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="fr">
<head><title>Documents de santé transmis par {structure}</title></head>
<body>
<h1>Documents de santé transmis par {structure}</h1>
<p>Cette archive contient un document de santé pour un patient : {title}.</p>
<p>Émetteur : {author}, {structure}.</p>
<p>Pour savoir comment la lire : <a href="README.TXT">README.TXT</a>.</p>
</body>
</html>
"""

_README = """\
ÉMETTEUR
{author}
{structure}
{address}
{phone}

APPLICATION
Toubib, téléconsultation. Éditeur : le projet Toubib (logiciel libre, EUPL-1.2).

POUR LE LECTEUR
Votre logiciel intègre cette archive (profil IHE XDM). Sans lui : le même document, en PDF, est joint au message ;
il est aussi dans le fichier DOC0001.XML, qui est un document CDA R2 de niveau 1.

CONTENU
INDEX.HTM                        présentation de l’archive
README.TXT                       ce fichier
IHE_XDM/SUBSET01/METADATA.XML    description du document et du lot
IHE_XDM/SUBSET01/DOC0001.XML     {title}
"""


def build_archive(letter: Letter) -> bytes:
    """The whole archive, with its CDA and METADATA."""
    cda = build_cda(letter)
    contents = {
        INDEX: _index(letter).encode(),
        README: _readme(letter).encode(),
        METADATA: build_metadata(letter, cda=cda),
        DOCUMENT: cda,
    }
    return zip_files(contents, at=letter.prepared_at)


def zip_files(contents: dict[str, bytes], *, at: datetime) -> bytes:
    """A ZIP of these files in this order, dated `at`: nothing of the machine that made it."""
    out = io.BytesIO()
    local = at.astimezone(PARIS)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in contents.items():
            info = zipfile.ZipInfo(name, (local.year, local.month, local.day, local.hour, local.minute, 0))
            info.create_system, info.external_attr = 0, 0
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return out.getvalue()


def signed_name(letter: Letter) -> str:
    """« Dre Salomé Vasseur » without the gender of a title: « Salomé VASSEUR »."""
    person = letter.author.person
    return f"{person.given} {person.family.upper()}".strip()


def _index(letter: Letter) -> str:
    return _INDEX.format(
        structure=escape(letter.custodian.name),
        title=escape(letter.title),
        author=escape(signed_name(letter)),
    )


def _readme(letter: Letter) -> str:
    text = _README.format(
        author=signed_name(letter),
        structure=letter.custodian.name,
        address=", ".join(letter.custodian.address),
        phone=letter.custodian.phone,
        title=letter.title,
    )
    return text.replace("\n", "\r\n")
