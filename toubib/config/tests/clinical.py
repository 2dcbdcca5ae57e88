"""A visit with words that are nowhere else, written through the pages and operations, in a process that stays:
`python -m toubib.config.tests.clinical FOLDER`, until a file `stop` is there."""

import sys
import time
from pathlib import Path
from uuid import uuid4

WORDS = {
    name: f"zq{name}éxôw"
    for name in (
        "motif", "lieu", "constat", "conclusion", "conseil", "antecedent", "alerte", "allergie", "traitement",
        "chat", "titre", "photo", "molecule", "posologie", "examen", "arret", "certificat", "plainte",
        "employeur",
    )
}  # fmt: skip


def write():
    from django.utils import timezone

    from toubib.consultation.enums import ParticipantRole
    from toubib.consultation.operations import complain, post_message
    from toubib.consultation.tests.factories import make_call
    from toubib.nomenclature.operations import load_demo_lists
    from toubib.record.files import add_attachment
    from toubib.record.operations import tell_health_summary
    from toubib.record.tests.factories import make_pdf

    now = timezone.now()
    load_demo_lists(now=now)
    call = make_call(
        opened=True, reason_text=WORDS["motif"], place_detail=WORDS["lieu"], medecin_traitant="none"
    )
    practitioner = call.encounter.practitioner
    practitioner.country = "FR"
    practitioner.save()
    mine = {"by": call.by_patient, "now": now}
    said = {"allergies": WORDS["allergie"], "treatments": WORDS["traitement"]}
    tell_health_summary(patient_id=call.patient.id, content=said, **mine)
    photo = make_pdf(inside=f"/Photo ({WORDS['photo']})".encode())
    add_attachment(
        patient_id=call.patient.id, title=WORDS["titre"], content=photo, ticket_id=call.ticket.id, **mine
    )
    seat = call.seat(ParticipantRole.PATIENT)
    post_message(participant=seat, client_id=uuid4(), text=WORDS["chat"], **mine)
    complain(encounter=call.encounter, text=WORDS["plainte"], **mine)
    at_the_desk(call)


def at_the_desk(call):
    """The doctor's part, by the pages themselves: what a session keeps is looked at too."""
    from django.utils import timezone

    from toubib.consultation.operations import issue_due_papers
    from toubib.consultation.tests.pages import FRAGMENT, client_of, url
    from toubib.nomenclature.queries import search_medicines
    from toubib.record.models import Certificate, Encounter

    doctor, day = client_of(call.doctor.account), timezone.localdate()
    note = {
        "reason": WORDS["motif"], "findings": WORDS["constat"], "conclusion": WORDS["conclusion"],
        "advice": WORDS["conseil"], "history": WORDS["antecedent"], "warning_signs": WORDS["alerte"],
    }  # fmt: skip

    def send(end, **data):
        answer = doctor.post(url(call, end), data, headers=FRAGMENT)
        assert answer.status_code < 400, (end, answer.status_code, answer.content.decode())

    send("/note", **note, base="0")
    cis = search_medicines(text="paracétamol", on=day, limit=1)[0].cis
    line = {
        "line": str(uuid4()),
        "directions": WORDS["posologie"],
        "duration_days": "5",
        "dose": "500 mg",
        "renewals": "1",
    }
    send("/ordonnance", **line, sheet="medicines", text="paracétamol", cis=cis)
    send("/ordonnance", line=str(uuid4()), sheet="tests", text=WORDS["examen"], cis="")
    send("/ordonnance", line=str(uuid4()), sheet="imaging", text=WORDS["molecule"], cis="")
    send(
        "/arret", kind="initial", first_day=day.isoformat(), days="2", motive=WORDS["arret"], exits="hours",
        job="employee", address="3 rue des Lilas", employer_name=WORDS["employeur"],
    )  # fmt: skip
    send("/certificat", template="presence")
    send(
        "/certificat",
        template="presence",
        body=f"{Certificate.objects.get().body} {WORDS['certificat']}".replace("[…]", "x"),
    )
    answer = doctor.post(url(call, "/signer"), {**note, "base": "1", "attestation": "video"})
    assert answer.status_code == 302, answer.content.decode()
    assert Encounter.objects.get().signed_at
    issue_due_papers(now=timezone.now())
    doctor.get(url(call))


def main():
    import django

    django.setup()
    folder = Path(sys.argv[1])
    write()
    (folder / "ready").touch()
    while not (folder / "stop").exists():
        time.sleep(0.05)


if __name__ == "__main__":
    main()
