"""Who may read what of a record, with the reasons."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from toubib.people.models import Account
from toubib.people.perms import Access, Reason, is_parent_like
from toubib.people.queries import link_between
from toubib.record.enums import EncounterState
from toubib.record.models import Encounter

IS_DOCTOR = Reason("RECORD.DOCTOR", _("Vous êtes le médecin de cette consultation."))
ACTS_FOR = Reason("RECORD.ACTS_FOR", _("Vous agissez pour cette personne."))
NO_LINK = Reason("RECORD.NO_LINK", _("Aucun lien ne vous rattache à ce dossier."))
UNSIGNED = Reason("RECORD.UNSIGNED", _("La note n’est pas encore signée."))


def is_doctor_of(*, account_id: UUID, encounter: Encounter) -> bool:
    professional = getattr(encounter.practitioner, "professional", None)
    return bool(professional and professional.account_id == account_id)


def may_read_encounter(*, account: Account, encounter: Encounter, now: datetime) -> Access:
    """The doctor of the encounter, or someone who acts for the patient; a minor's secrecy closes it to parents
    (L. 1111-5 CSP) with the words of someone who has no link."""
    if is_doctor_of(account_id=account.id, encounter=encounter):
        return Access(True, (IS_DOCTOR,))
    link = link_between(account=account, patient_id=encounter.patient_id, now=now)
    if link is None or (encounter.minor_secrecy and is_parent_like(link)):
        return Access(False, (NO_LINK,))
    return Access(True, (ACTS_FOR,))


def may_read_note(*, account: Account, encounter: Encounter, now: datetime) -> Access:
    """As the encounter; the patient's side reads it only once signed."""
    access = may_read_encounter(account=account, encounter=encounter, now=now)
    if (
        access.allowed
        and IS_DOCTOR not in access.reasons
        and encounter.state
        not in {
            EncounterState.SIGNED,
            EncounterState.AMENDED,
        }
    ):
        return Access(False, (UNSIGNED,))
    return access
