"""Small extracts of our own in the official layouts: invented people and establishments, real headers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

STRUCTURE = (
    "Complément destinataire", "Complément point géographique", "Numéro Voie", "Indice répétition voie",
    "Code type de voie", "Libellé type de voie", "Libellé Voie", "Mention distribution", "Bureau cedex", "Code postal",
    "Code commune", "Libellé commune", "Code pays", "Libellé pays", "Téléphone", "Téléphone 2", "Télécopie",
    "Adresse e-mail",
)  # fmt: skip
RPPS_HEADER = (
    "Type d'identifiant PP", "Identifiant PP", "Identification nationale PP", "Code civilité d'exercice",
    "Libellé civilité d'exercice", "Code civilité", "Libellé civilité", "Nom d'exercice", "Prénom d'exercice",
    "Code profession", "Libellé profession", "Code catégorie professionnelle", "Libellé catégorie professionnelle",
    "Code type savoir-faire", "Libellé type savoir-faire", "Code savoir-faire", "Libellé savoir-faire",
    "Code mode exercice", "Libellé mode exercice", "Numéro SIRET site", "Numéro SIREN site", "Numéro FINESS site",
    "Numéro FINESS établissement juridique", "Identifiant technique de la structure", "Raison sociale site",
    "Enseigne commerciale site", *(f"{one} (coord. structure)" for one in STRUCTURE), "Code Département (structure)",
    "Libellé Département (structure)", "Ancien identifiant de la structure", "Autorité d'enregistrement",
    "Code secteur d'activité", "Libellé secteur d'activité", "Code section tableau pharmaciens",
    "Libellé section tableau pharmaciens",
)  # fmt: skip
PLACE = {name: place for place, name in enumerate(RPPS_HEADER)}


def rpps_line(rpps: str, **over: str) -> str:
    facts = {
        "Type d'identifiant PP": "8", "Identifiant PP": rpps, "Nom d'exercice": "BLANC", "Prénom d'exercice": "Ugo",
        "Code profession": "10", "Code type savoir-faire": "S", "Code savoir-faire": "SM54",
        "Libellé savoir-faire": "Médecine Générale", "Code mode exercice": "L",
        "Raison sociale site": "CABINET D'ESSAI", "Numéro Voie (coord. structure)": "5",
        "Libellé type de voie (coord. structure)": "Rue", "Libellé Voie (coord. structure)": "DU PORT",
        "Code postal (coord. structure)": "12990", "Code commune (coord. structure)": "12901", **over,
    }  # fmt: skip
    cells = [""] * len(RPPS_HEADER)
    for name, value in facts.items():
        cells[PLACE[name]] = value
    return "|".join(cells) + "|"


def write_rpps(path: Path, lines: Sequence[str], *, header: Sequence[str] = RPPS_HEADER) -> Path:
    path.write_text("\n".join(["|".join(header) + "|", *lines]) + "\n", encoding="utf-8")
    return path


EXPORT_HEADER = (
    "nofinesset;nofinessej;rs;rslongue;complrs;compldistrib;numvoie;typvoie;voie;compvoie;lieuditbp;region;libregion;"
    "departement;libdepartement;cog;codepostal;libelle_routage;ligneacheminement;telephone;telecopie;categetab;"
    "libcategetab;liblongcategetab;categretab;libcategretab;siret;codeape;libcodeape;mft;libmft;liblongmft;sph;libsph;"
    "numen;coordx;coordy;sourcegeocod;dategeocod;dateautor;dateouvert;datemaj"
)


def export_line(finess: str, **over: str) -> str:
    names = EXPORT_HEADER.split(";")
    facts = {
        "nofinesset": finess, "nofinessej": "120000021", "rs": "PHARMACIE", "rslongue": "PHARMACIE DE LA BRUNE",
        "numvoie": "5", "typvoie": "R", "voie": "DU PORT", "departement": "12", "cog": "12901", "codepostal": "12990",
        "telephone": "0565000000", "categetab": "620", "libcategetab": "Pharmacie d'Officine", "coordx": "700000",
        "coordy": "6600000", "sourcegeocod": "LAMBERT_93", **over,
    }  # fmt: skip
    return ";".join(facts.get(name, "") for name in names)


def stock_line(finess: str, **over: str) -> str:
    names = [
        "section",
        "finess",
        "ej",
        "rs",
        "rslongue",
        "complrs",
        "compldistrib",
        "numvoie",
        "typvoie",
        "voie",
        "compvoie",
        "lieuditbp",
        "commune",
        "departement",
        "libdepartement",
        "ligneacheminement",
        "telephone",
        "telecopie",
        "categetab",
        "libcategetab",
        "categagretab",
        "libcategagretab",
        "siret",
        "ape",
    ]
    facts = {
        "section": "structureet", "finess": finess, "rs": "CPTS INVENTEE", "commune": "105", "departement": "9A",
        "ligneacheminement": "97100 BASSE TERRE CEDEX", "categetab": "604", **over,
    }  # fmt: skip
    return ";".join(facts.get(name, "") for name in names)
