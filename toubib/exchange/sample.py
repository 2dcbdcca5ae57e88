"""What the sample of a report becomes on its way out, for `toubib record sample`: CDA, archive and message."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from toubib.documents.contents import Header
from toubib.exchange.addresses import DEMO_DOMAIN
from toubib.exchange.cda import build_cda
from toubib.exchange.checks import check_message
from toubib.exchange.letter import Recipient
from toubib.exchange.message import build_message
from toubib.exchange.source import Operator, build_letter
from toubib.exchange.xdm import ARCHIVE, build_archive

DELIVERY = UUID("0193cafe-0000-7000-8000-0000000000dd")
TEST_OPERATOR = Operator("2.999.1", "1999999999", "SA64", f"toubib@{DEMO_DOMAIN}", "TOUBIB-DEMO")


class SampleRefused(Exception):
    """Our own checks refused our own sample; str() is the rules."""


def sample_files(*, header: Header, pdf_a1: bytes, now: datetime) -> dict[str, bytes]:
    """By the name of the file, from an invented report and under the test arc whatever the settings say.

    Raises SampleRefused.
    """
    doctor = header.medecin_traitant
    recipient = Recipient(
        rpps=(doctor.rpps or "") if doctor else "",
        name=doctor.name.split()[-1].upper() if doctor else "",
        given=doctor.name.split()[-2] if doctor else "",
        address=f"medecin.traitant@{DEMO_DOMAIN}",
    )
    letter = build_letter(
        header=header,
        pdf=pdf_a1,
        delivery_id=DELIVERY,
        queued_at=now,
        recipient=recipient,
        operator=TEST_OPERATOR,
    )
    message = build_message(letter)
    found = check_message(message, domains=(f"*.{DEMO_DOMAIN.split('.', 1)[1]}",), allow_test=True)
    if found:
        raise SampleRefused(", ".join(sorted({one.rule for one in found})))
    return {
        "compte-rendu.cda.xml": build_cda(letter),
        ARCHIVE: build_archive(letter),
        "compte-rendu.mssante.eml": message,
    }
