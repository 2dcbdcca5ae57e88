"""One document of each kind from invented people, for `toubib record sample`, for tests and for whoever reviews the
paper. Numbers are of ranges kept for fiction, the matricule is under the test OID."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from toubib.documents.contents import (
    Certificate,
    Content,
    Header,
    Identity,
    Leave,
    Letterhead,
    Line,
    Measured,
    MedecinTraitant,
    Ordonnance,
    Prescriber,
    Receipt,
    ReceiptLine,
    Report,
)
from toubib.record.enums import SheetKind

PATIENT = Identity(
    birth_name="LE GOFF",
    first_names=("Anne-Maëlle", "Jeanne"),
    used_name="MOREL",
    used_first_name="Anne-Maëlle",
    birth_date=date(1979, 3, 14),
    sex="F",
    birth_place_code="35238",
    qualified=True,
    ins="279033523800119",
    ins_oid="1.2.250.1.213.1.4.10",
    local_id="urn:uuid:0193cafe-0000-7000-8000-000000000001",
)
UNQUALIFIED = replace(PATIENT, qualified=False, ins=None, ins_oid=None)
DOCTOR = Prescriber(
    first_name="Salomé",
    last_name="Vasseur",
    title="Dre",
    rpps="99900000011",
    profession="Médecin",
    specialty="médecine générale",
    specialty_code="SM26",
    am_number="351000015",
    place_name="Cabinet des Tilleuls",
    address=("4 rue des Tilleuls", "35000 Rennes", "France"),
    phone="+33199001234",
    email="s.vasseur@exemple.invalid",
    authenticated_by="Compte professionnel vérifié sur pièces ; mot de passe et second facteur.",
)
LETTERHEAD = Letterhead(
    operator_name="Toubib, démonstration",
    address=("1 place du Parlement, 35000 Rennes",),
    phone="+33199005678",
    demo=True,
    trial_seal=True,
)
MEDECIN_TRAITANT = MedecinTraitant(
    name="Dr Paul Lenoir", rpps="99900000029", mssante="paul.lenoir@medecin.mssante.invalid"
)


def sample_header(*, now: datetime, document_id: UUID, code: str = "7F3K-9QXN-2M4T-V8WZ") -> Header:
    return Header(
        document_id=document_id,
        code=code,
        issued_at=now,
        encounter_id=UUID("0193cafe-0000-7000-8000-0000000000aa"),
        act_at=now - timedelta(minutes=18),
        act_end=now - timedelta(minutes=4),
        identity=PATIENT,
        prescriber=DOCTOR,
        letterhead=LETTERHEAD,
        medecin_traitant=MEDECIN_TRAITANT,
    )


def sample_contents(*, now: datetime) -> dict[str, Content]:
    """By the name of the file."""
    return {
        "compte-rendu": _report(now),
        "ordonnance-medicaments": MEDICINES,
        "ordonnance-bizone": BIZONE,
        "ordonnance-biologie": TESTS,
        "arret-de-travail-specimen": _leave(now.date()),
        "certificat": CERTIFICATE,
        "recu": RECEIPT,
    }


PARACETAMOL = Line(
    kind="medicine",
    text_inn="PARACÉTAMOL",
    brand="Doliprane",
    cis="60234100",
    cip13="3400935955838",
    form="comprimé",
    dose="1 g",
    directions="1 comprimé toutes les 6 heures si besoin, 3 par jour au plus.\nEspacer les prises de 6 heures.",
    duration_days=5,
    boxes=2,
)
AMOXICILLINE = Line(
    kind="medicine",
    text_inn="AMOXICILLINE",
    form="gélule",
    dose="500 mg",
    directions="2 gélules matin et soir, au cours d’un repas.",
    duration_days=6,
    boxes=2,
    indication="angine à streptocoque, test positif",
)
METFORMINE = Line(
    kind="medicine",
    text_inn="METFORMINE",
    brand="Glucophage",
    form="comprimé pelliculé",
    dose="850 mg",
    directions="1 comprimé matin et soir, au milieu du repas.",
    duration_days=28,
    renewals=2,
    non_substitutable_reason="CIF, contre-indication formelle à un excipient du générique",
    ald=True,
)
MEDICINES = Ordonnance(
    sheet=SheetKind.MEDICINES,
    lines=(PARACETAMOL, AMOXICILLINE, replace(METFORMINE, ald=False, non_substitutable_reason=None)),
    weight_kg="64",
)
BIZONE = Ordonnance(sheet=SheetKind.MEDICINES, lines=(PARACETAMOL, METFORMINE))
TESTS = Ordonnance(
    sheet=SheetKind.TESTS,
    lines=(
        Line(kind="free", text_inn="Numération formule sanguine, plaquettes"),
        Line(
            kind="free",
            text_inn="CRP",
            directions="À jeun n’est pas nécessaire. Résultats au médecin traitant.",
        ),
    ),
)
CERTIFICATE = Certificate(
    template="absence",
    title="Certificat médical",
    body="Je soussignée, Dre Salomé Vasseur, certifie avoir reçu ce jour en téléconsultation Mme Anne-Maëlle Morel, "
    "née le 14 mars 1979.\n\nSon état de santé justifie une absence de son cours du 21 novembre 2026.",
)
RECEIPT = Receipt(
    lines=(ReceiptLine(label="Téléconsultation de médecine générale", cents=2500, code="TCG"),),
    amo_cents=1550,
    amc_cents=750,
    public_cents=0,
    patient_cents=200,
    paid_how="À avancer, hors de Toubib : 25,00\N{NO-BREAK SPACE}€. L’Assurance maladie rembourse ensuite "
    "15,50\N{NO-BREAK SPACE}€, votre complémentaire 7,50\N{NO-BREAK SPACE}€ si vous en avez une.",
    why=(
        "La participation forfaitaire de 2 € n’est pas remboursée (art. L. 160-13 CSS).",
        "Le taux de 70 % suit le parcours de soins (art. L. 162-5-3 CSS).",
    ),
)


def _report(now: datetime) -> Report:
    return Report(
        reason="Mal de gorge et fièvre depuis deux jours.",
        history="Diabète de type 2 traité par metformine. Pas d’allergie connue, d’après la patiente.",
        findings="Gorge rouge à la caméra, sans dépôt. Parle sans gêne, respire calmement.\n"
        "Ganglions du cou sensibles, d’après la patiente qui les palpe à ma demande.",
        measurements=(
            Measured(
                "Température",
                "38,4",
                "°C",
                "8310-5",
                "Cel",
                now - timedelta(minutes=15),
                "dit par la patiente",
            ),
            Measured(
                "Saturation en oxygène",
                "98",
                "%",
                "59408-5",
                "%",
                now - timedelta(minutes=14),
                "appareil de la borne",
            ),
        ),
        assessment="Angine, test rapide positif fait en pharmacie le jour même (vu à l’écran).",
        diagnosis_code="J02.0",
        diagnosis_label="Pharyngite à streptocoques",
        decision="Traitement à domicile.",
        advice="Boire souvent. Se laver les mains. Rester chez soi tant que dure la fièvre.",
        follow_up="Nouvelle de la patiente demandée sous 48 heures.",
        in_person_within="72 heures si la fièvre persiste",
        warning_signs="Ne plus pouvoir avaler ou ouvrir la bouche, souffle court, raideur de la nuque, confusion : "
        "appeler le 15.",
        treatments=(
            "Paracétamol 1 g, 5 jours",
            "Amoxicilline 500 mg, 6 jours",
            "Metformine 850 mg, renouvelée",
        ),
        issued=(
            "Ordonnance, 3 médicaments",
            "Arrêt de travail, 2 jours (téléservice de l’Assurance maladie)",
        ),
        shared=True,
    )


def _leave(today: date) -> Leave:
    return Leave(
        kind="initial",
        first_day=today,
        last_day=today + timedelta(days=1),
        motive="Angine fébrile",
        prescriber_is="autre médecin que le médecin traitant",
        address=("12 chemin du Verger", "35510 Cesson-Sévigné"),
        caisse="CPAM d’Ille-et-Vilaine",
        job="salariée du privé",
        employer_name="Menuiserie Kerloc’h",
        employer_phone="+33199004321",
    )
