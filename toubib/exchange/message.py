"""The MSSanté message: subject, headers, archive and PDF. Same letter, same bytes, at every attempt."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from toubib.exchange.letter import Letter, file_part, trait
from toubib.exchange.xdm import ARCHIVE, build_archive, signed_name
from toubib.people.identity import PARIS

LABEL = 40  # characters of the type in subject and file name

_BODY = """\
Bonjour,

{author} ({structure}) vous adresse le compte rendu d’une téléconsultation de l’un de vos patients, qui a donné son
accord à cet envoi.

Le document est joint deux fois : dans l’archive {archive}, que votre logiciel peut intégrer au dossier du patient,
et en PDF, pour le lire.

Pour répondre, répondez à ce message{phone}.
"""


def build_message(letter: Letter) -> bytes:
    """The whole e-mail, ready for submission."""
    message = EmailMessage(policy=SMTP.clone(max_line_length=900))
    message["Message-ID"] = message_id(letter)
    message["Date"] = format_datetime(letter.prepared_at.astimezone(PARIS))
    message["From"] = f'"{from_label(letter)}" <{letter.sender}>'
    message["To"] = letter.recipient.address
    message["Subject"] = subject(letter)
    message["Disposition-Notification-To"] = letter.sender
    message["X-MSS-CODECDA"] = letter.kind.code
    message["X-MSS-INS"] = "O" if letter.subject.is_qualified else "N"
    message["X-MSS-NIL"] = letter.product
    message.set_content(_body(letter), cte="quoted-printable")
    message.add_attachment(build_archive(letter), maintype="application", subtype="zip", filename=ARCHIVE)
    message.add_attachment(letter.pdf, maintype="application", subtype="pdf", filename=pdf_name(letter))
    message.set_boundary(f"toubib-{letter.delivery_id.hex}")
    return message.as_bytes()


def message_id(letter: Letter) -> str:
    """Of the delivery, not of the attempt: a receiver may drop a message that comes twice."""
    return f"<{letter.delivery_id}@{letter.sender.rsplit('@', 1)[1]}>"


def subject(letter: Letter) -> str:
    """`XDM/1.0/DDM+<type> <NOM> <prénom> <JJ/MM/AAAA>`."""
    patient = letter.subject
    given = trait(patient.first_names[0]).title()
    return f"XDM/1.0/DDM+{letter.kind.label[:LABEL]} {trait(patient.birth_name)} {given} {patient.birth_date:%d/%m/%Y}"


def pdf_name(letter: Letter) -> str:
    """`<AAAAMMJJ of the act>_<type>_<NOM>_<prénom>.pdf`, in letters that every system reads."""
    patient = letter.subject
    day = letter.started_at.astimezone(PARIS)
    parts = [
        f"{day:%Y%m%d}",
        file_part(letter.kind.label[:LABEL]),
        file_part(trait(patient.birth_name)),
        file_part(trait(patient.first_names[0]).title()),
    ]
    return "_".join(parts) + ".pdf"


def from_label(letter: Letter) -> str:
    """`<Titre>_<Prénom>_<NOM>_<Entité>`."""
    person = letter.author.person
    title = {"DR": "Docteur", "PR": "Professeur"}.get(person.suffix, "")
    parts = [title, person.given, person.family.upper(), letter.custodian.name]
    return "_".join(" ".join(part.replace('"', "").split()) for part in parts if part)


def _body(letter: Letter) -> str:
    phone = letter.custodian.phone
    return _BODY.format(
        author=signed_name(letter),
        structure=letter.custodian.name,
        archive=ARCHIVE,
        phone=f" ou appelez le {phone}" if phone else "",
    )
