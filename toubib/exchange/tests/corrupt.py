"""Ways to spoil a letter's files, one at a time, so that a check must see it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from lxml import etree

from toubib.exchange.checks.shape import HL7
from toubib.exchange.metadata import RIM
from toubib.exchange.xdm import DOCUMENT, METADATA

NS = {"h": HL7, "r": RIM}
Spoil = Callable[[etree._Element], None]


def spoiled(content: bytes, spoil: Spoil) -> bytes:
    root = etree.fromstring(content, etree.XMLParser(huge_tree=True))
    spoil(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def find(root: etree._Element, path: str) -> etree._Element:
    found = root.find(path, NS)
    assert found is not None, path
    return found


def put(path: str, **attributes: str) -> Spoil:
    def spoil(root: etree._Element) -> None:
        for name, value in attributes.items():
            find(root, path).set(name, value)

    return spoil


def say(path: str, text: str) -> Spoil:
    def spoil(root: etree._Element) -> None:
        find(root, path).text = text

    return spoil


def drop(path: str) -> Spoil:
    def spoil(root: etree._Element) -> None:
        one = find(root, path)
        one.getparent().remove(one)

    return spoil


def rezip(archive: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        contents = {name: opened.read(name) for name in opened.namelist()}
    change(contents)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in contents.items():
            made.writestr(name, content)
    return out.getvalue()


def in_metadata(spoil: Spoil) -> Callable[[dict[str, bytes]], None]:
    def change(contents: dict[str, bytes]) -> None:
        contents[METADATA] = spoiled(contents[METADATA], spoil)

    return change


def in_document(spoil: Spoil) -> Callable[[dict[str, bytes]], None]:
    def change(contents: dict[str, bytes]) -> None:
        contents[DOCUMENT] = spoiled(contents[DOCUMENT], spoil)

    return change
