"""The patient of a CDA: which numbers may name them, and the traits that an INS asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from toubib.exchange.checks.finding import Finding
from toubib.exchange.checks.shape import HL7, local
from toubib.exchange.codes import GENDER, INS_REAL, INS_TEST, NOT_AN_INS
from toubib.people.identity import has_valid_ins_key

ROLE = f"{{{HL7}}}recordTarget/{{{HL7}}}patientRole"
PATIENT = f"{ROLE}/{{{HL7}}}patient"
NAME = "recordTarget/patientRole/patient/name"
QUALIFIERS: dict[str, set[str | None]] = {"family": {"BR", "CL"}, "given": {None, "BR", "CL"}}
TRAIT = re.compile(r"[A-Z][A-Z '\-]*")


def check_patient(root: etree._Element, *, allow_test: bool) -> list[Finding]:
    found = [*_numbers(root, allow_test=allow_test), *_name(root), *_facts(root)]
    if _ins_ids(root):
        found += _traits_of_an_ins(root)
    return found


def _ins_ids(root: etree._Element) -> list[etree._Element]:
    ids = root.findall(f"{ROLE}/{{{HL7}}}id")
    return [one for one in ids if one.get("root") in INS_REAL | INS_TEST]


def _numbers(root: etree._Element, *, allow_test: bool) -> Iterator[Finding]:
    """A typed NIR is never an INS, a withdrawn INS-C neither; a matricule has a right key."""
    here = "recordTarget/patientRole/id"
    for one in root.findall(f"{ROLE}/{{{HL7}}}id"):
        if not one.get("root") or not one.get("extension"):
            yield Finding("CDA.PATIENT_ID", here, "root and extension are needed")
        if one.get("root") in NOT_AN_INS:
            yield Finding("CDA.NOT_AN_INS", here, f"{one.get('root')} is no INS and is never sent")
    for one in _ins_ids(root):
        if not has_valid_ins_key(one.get("extension") or ""):
            yield Finding("CDA.INS_KEY", here, "not a matricule of 15 signs with a right key")
        if one.get("root") in INS_TEST and not allow_test:
            yield Finding("CDA.INS_TEST", here, "a test OID outside the demo")
    if len(_ins_ids(root)) > 1:
        yield Finding("CDA.INS_ONE", here, "more than one INS")


def _name(root: etree._Element) -> Iterator[Finding]:
    for one in root.findall(f"{PATIENT}/{{{HL7}}}name/*"):
        kind, qualifier = local(one), one.get("qualifier")
        allowed = QUALIFIERS.get(kind)
        if allowed is None or qualifier not in allowed:
            yield Finding("CDA.PATIENT_NAME", f"{NAME}/{kind}", f"qualifier {qualifier} is not allowed")
        if not (one.text or "").strip():
            yield Finding("CDA.PATIENT_NAME", f"{NAME}/{kind}", "empty")
    for kind in ("family", "given"):
        if root.find(f"{PATIENT}/{{{HL7}}}name/{{{HL7}}}{kind}") is None:
            yield Finding("CDA.PATIENT_NAME", f"{NAME}/{kind}", "missing")


def _facts(root: etree._Element) -> Iterator[Finding]:
    for one in root.findall(f"{PATIENT}/{{{HL7}}}administrativeGenderCode"):
        if one.get("code") not in {"M", "F", "UN"} or one.get("codeSystem") != GENDER:
            yield Finding("CDA.GENDER", "…/patient/administrativeGenderCode", "expected M, F or UN")
    for one in root.findall(f"{PATIENT}/{{{HL7}}}birthTime"):
        if not re.fullmatch(r"\d{8}", one.get("value") or ""):
            yield Finding("CDA.BIRTH_TIME", "…/patient/birthTime", "expected YYYYMMDD")
    for one in root.findall(f".//{{{HL7}}}birthplace/{{{HL7}}}place/{{{HL7}}}addr/{{{HL7}}}county"):
        if not re.fullmatch(r"\d{5}|2[AB]\d{3}", one.text or ""):
            yield Finding(
                "CDA.BIRTH_PLACE", "…/birthplace/place/addr/county", "expected a COG code of 5 signs"
            )


def _traits_of_an_ins(root: etree._Element) -> Iterator[Finding]:
    """With a matricule: birth name, first birth name, list of birth names, sex, date and place of birth, as INSi writes."""
    names = {
        (local(one), one.get("qualifier")): one.text or ""
        for one in root.findall(f"{PATIENT}/{{{HL7}}}name/*")
    }
    for kind, qualifier in (("family", "BR"), ("given", "BR"), ("given", None)):
        text = names.get((kind, qualifier))
        if text is None:
            yield Finding(
                "CDA.INS_TRAITS", f"{NAME}/{kind}", f"qualifier {qualifier} is needed beside an INS"
            )
        elif not TRAIT.fullmatch(text):
            yield Finding("CDA.INS_TRAITS", f"{NAME}/{kind}", "not in capitals without accents")
    if root.find(f"{PATIENT}/{{{HL7}}}birthplace/{{{HL7}}}place/{{{HL7}}}addr/{{{HL7}}}county") is None:
        yield Finding("CDA.INS_TRAITS", "…/birthplace/place/addr/county", "needed beside an INS")
