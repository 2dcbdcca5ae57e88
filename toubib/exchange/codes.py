"""Codes of the CI-SIS that a report carries: value sets as data, fixed codes, and what our own words become in them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from toubib.directory.enums import Specialty

VALUE_SETS = Path(__file__).parent / "data" / "value_sets.csv"

LOINC = "2.16.840.1.113883.6.1"
NGAP = "1.2.250.1.215.200.3.3"
CONFIDENTIALITY = "2.16.840.1.113883.5.25"
GENDER = "2.16.840.1.113883.5.1"
FACILITY_TYPES = "1.2.250.1.71.4.2.4"
XDS_CLASSES = "1.2.250.1.213.1.1.4.1"
FORMATS = "1.3.6.1.4.1.19376.1.2.3"  # doubt D4 of docs/mssante.md

OID_PROFESSIONAL = "1.2.250.1.71.4.2.1"
OID_STRUCTURE = "1.2.250.1.71.4.2.2"
OID_DMP = "1.2.250.1.213.4.1"
INS_REAL = frozenset({"1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9"})
INS_TEST = frozenset({"1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11"})
NOT_AN_INS = frozenset({"1.2.250.1.213.1.4.2", "1.2.250.1.213.1.4.13", "1.2.250.1.213.1.4.14"})
OTHERS_ARCS = ("1.2.250.1.213.", "1.3.6.1.4.1.19376.", "1.2.250.1.71.", "2.16.840.1.113883.")

TYPE_ID = ("2.16.840.1.113883.1.3", "POCD_HD000040")
TEMPLATES = ("2.16.840.1.113883.2.8.2.1", "1.2.250.1.213.1.1.1.1", "1.3.6.1.4.1.19376.1.2.20")


@dataclass(frozen=True, slots=True)
class Coded:
    code: str
    system: str
    label: str


TELECONSULTATION_REPORT = Coded("85208-7", LOINC, "CR de télémédecine")
REPORT_CLASS = Coded("10", XDS_CLASSES, "Compte rendu")
REPORT_FORMAT = Coded("urn:ihe:iti:xds-sd:pdf:2008", FORMATS, "Document à corps non structuré en Pdf/A-1")
NORMAL = Coded("N", CONFIDENTIALITY, "Normal")
ACTS = {
    "TCG": Coded(
        "TCG",
        NGAP,
        "Consultation à distance réalisée entre un patient et un médecin généraliste ou spécialiste en médecine "
        "générale dit téléconsultant",
    ),
    "TC": Coded(
        "TC", NGAP, "Consultation à distance réalisée entre un patient et un médecin dit téléconsultant"
    ),
}
REMOTE_ACTS = frozenset({"TCG", "TC", "TE1", "TE2", "TLD", "TLL", "TLM", "TLS"})
GENDERS = {
    "F": Coded("F", GENDER, "Féminin"),
    "M": Coded("M", GENDER, "Masculin"),
    "U": Coded("UN", GENDER, "Indéterminé"),
}
# The directory does not say which of several qualifications a doctor holds: then the profession alone is true.
_SPECIALTIES: dict[str, str] = {
    Specialty.GENERAL_PRACTICE: "G15_10/SM54",
    Specialty.PSYCHIATRY: "G15_10/SM42",
    Specialty.NEUROLOGY: "G15_10/SM32",
    Specialty.OPHTHALMOLOGY: "G15_10/SM38",
    Specialty.PAEDIATRICS: "G15_10/SM40",
    Specialty.DERMATOLOGY: "G15_10/SM15",
    Specialty.CARDIOLOGY: "G15_10/SM04",
    Specialty.STOMATOLOGY: "G15_10/SM50",
}
_GENERAL_PRACTICE = frozenset({Specialty.GENERAL_PRACTICE.value, "SM26", "SM53", "SM54"})


@cache
def value_set(name: str) -> dict[str, Coded]:
    """The codes of one value set, by code."""
    with VALUE_SETS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["set"] == name]
    return {row["code"]: Coded(row["code"], row["system"], row["label"]) for row in rows}


def specialty_of(specialty: str) -> Coded:
    """The J01 code of a doctor: by our word for their specialty, or by a code of the RPPS, « SM26 »."""
    known = _SPECIALTIES.get(specialty, f"G15_10/{specialty}")
    return value_set("J01").get(known, value_set("J01")["G15_10"])


def act_of(specialty: str) -> Coded:
    """TCG for general practice, TC for the other specialties (NGAP)."""
    return ACTS["TCG" if specialty in _GENERAL_PRACTICE else "TC"]


def facility(code: str) -> Coded:
    """The J02 code of the operator's structure. Raises KeyError."""
    return value_set("J02")[code]


AMBULATORY = "AMBULATOIRE"
VIRTUAL = "VR"
