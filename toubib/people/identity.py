"""What people type about who they are and where to reach them, made regular or refused with a sentence.

A key check proves a typing, never an identity. A typed NIR is never an INS (Référentiel INS).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.fr import nir

from toubib.ground.enums import Channel
from toubib.ground.mail import is_plugged_in
from toubib.people.enums import Sex

PARIS = ZoneInfo("Europe/Paris")
MAJORITY = 18
OLDEST = 130
OID_NIR = "1.2.250.1.213.1.4.8"
OID_NIA = "1.2.250.1.213.1.4.9"
OID_TEST = "1.2.250.1.213.1.4.10"
INS_OIDS = frozenset({OID_NIR, OID_NIA, OID_TEST})
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ '’.\-])*")
_SEPARATORS = re.compile(r"[,;،、]")  # between given names, as on some identity documents
_PLACE = re.compile(r"(?:\d{2}|2[AB])\d{3}")
# The first three digits of a national number, overseas: the territory's own calling code.
_OVERSEAS = {
    **dict.fromkeys(("262", "269", "639", "692", "693"), "262"),
    **dict.fromkeys(("590", "690", "691"), "590"),
    **dict.fromkeys(("594", "694"), "594"),
    **dict.fromkeys(("596", "696", "697"), "596"),
}
_LANDLINE = re.compile(r"\+33[^67]|\+262(?:262|269)|\+590590|\+594594|\+596596")
_FICTION = "63998"  # kept by the Arcep for works of fiction, in mainland France


class BadInput(ValueError):
    """What was typed cannot stand; `field` names the field, `sentence` says it to the person."""

    def __init__(self, field: str, sentence: str | Promise) -> None:
        super().__init__(field)
        self.field = field
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Address:
    """Where a code goes: an e-mail in lower case, or a phone in E.164."""

    channel: Channel
    value: str


def parse_address(text: str) -> Address:
    """An e-mail or, where an SMS can leave at all, a mobile phone, French or international. Raises BadInput("address")."""
    bare = unicodedata.normalize("NFKC", text).strip()
    if not bare:
        raise BadInput("address", _("Écrivez votre adresse e-mail ou votre numéro de mobile."))
    if "@" in bare:
        return Address(Channel.EMAIL, parse_email(bare))
    if not any(c.isdigit() for c in bare):
        raise BadInput("address", _("Il manque le « @ » d’une adresse, ou les chiffres d’un numéro."))
    if not is_plugged_in(Channel.SMS):
        raise BadInput("address", _("Nous n’envoyons pas de SMS ici. Donnez une adresse e-mail."))
    return Address(Channel.SMS, parse_phone(bare, mobile=True, field="address"))


def parse_email(text: str, *, field: str = "address") -> str:
    """Lower case, ASCII. Raises BadInput."""
    bare = text.strip().lower()
    try:
        EmailValidator()(bare)
    except ValidationError:
        raise BadInput(
            field, _("Cette adresse e-mail n’est pas complète. Exemple : prenom.nom@exemple.fr.")
        ) from None
    if not bare.isascii() or len(bare) > 254:
        raise BadInput(field, _("Cette adresse e-mail contient un signe qui ne va pas."))
    return bare


def parse_phone(text: str, *, mobile: bool = False, field: str = "phone") -> str:
    """A number in E.164, « +33639980042 ». French numbers may be typed with ten digits. Raises BadInput.

    `mobile`: a number that we send an SMS to, see `takes_sms`.
    """
    wrong = BadInput(field, _("Ce numéro ne va pas. Il a dix chiffres, ou commence par « + » et le pays."))
    bare = re.sub(
        r"[\s.\-()/\u200b-\u200f\u202a-\u202e\u2060]",
        "",
        unicodedata.normalize("NFKC", text).replace("(0)", ""),
    )
    if bare.startswith("00"):
        bare = "+" + bare[2:]
    if re.fullmatch(r"0[1-9][0-9]{8}", bare):
        bare = _from_national(bare[1:])
    if bare.startswith("+330"):
        bare = "+33" + bare[4:]
    if not re.fullmatch(r"\+[1-9][0-9]{7,14}", bare) or (bare.startswith("+33") and len(bare) != 12):
        raise wrong
    if mobile:
        _check_sms(bare, field)
    return bare


def takes_sms(number: str) -> bool:
    """Whether we may send an SMS there: a message costs its sender, elsewhere a call or an e-mail serves."""
    return number.startswith(tuple(settings.SMS_COUNTRIES)) and not _LANDLINE.match(number)


def _check_sms(number: str, field: str) -> None:
    by_mail = field == "address"
    if _LANDLINE.match(number):
        wanted = (
            _("Un code par SMS demande un numéro de mobile. Donnez-le, ou une adresse e-mail.")
            if by_mail
            else _("Un SMS demande un numéro de mobile. Les fixes n’en reçoivent pas.")
        )
        raise BadInput(field, wanted)
    if not takes_sms(number):
        wanted = (
            _("Nous n’envoyons pas de SMS vers ce pays. Donnez une adresse e-mail.")
            if by_mail
            else _("Nous n’envoyons pas de SMS vers ce pays. Donnez un numéro de mobile français.")
        )
        raise BadInput(field, wanted)


def _from_national(nine: str) -> str:
    country = "33" if nine.startswith(_FICTION) else _OVERSEAS.get(nine[:3], "33")
    return f"+{country}{nine}"


@dataclass(frozen=True, slots=True)
class Identity:
    """The traits as typed: five of the INS, the names used, and the insured person's NIR for the claim."""

    birth_name: str
    birth_given_names: str
    birth_date: date
    sex: str
    birth_place_code: str = ""
    used_name: str = ""
    used_given_name: str = ""
    nir_assure: str | None = field(default=None, repr=False)


def faults_of(identity: Identity, *, today: date) -> list[BadInput]:
    """Every wrong field at once, for a page that says them all."""
    found: list[BadInput] = []
    plain = Identity(birth_name="A", birth_given_names="A", birth_date=today, sex=Sex.values[0])
    for one in fields(Identity):
        try:
            check_identity(replace(plain, **{one.name: getattr(identity, one.name)}), today=today)
        except BadInput as error:
            found.append(error)
    return found


def check_identity(identity: Identity, *, today: date) -> Identity:
    """The same identity made regular. Raises BadInput naming the first wrong field."""
    if identity.sex not in Sex.values:
        raise BadInput("sex", _("Choisissez une réponse."))
    return Identity(
        birth_name=check_name(identity.birth_name, field="birth_name", longest=100),
        birth_given_names=check_name(
            _SEPARATORS.sub(" ", identity.birth_given_names), field="birth_given_names", longest=200
        ),
        birth_date=check_birth_date(identity.birth_date, today=today),
        sex=identity.sex,
        birth_place_code=check_birth_place(identity.birth_place_code),
        used_name=check_name(identity.used_name, field="used_name", longest=100, needed=False),
        used_given_name=check_name(
            identity.used_given_name, field="used_given_name", longest=100, needed=False
        ),
        nir_assure=check_nir(identity.nir_assure) if identity.nir_assure else None,
    )


def check_name(text: str, *, field: str, longest: int, needed: bool = True) -> str:
    bare = " ".join(unicodedata.normalize("NFC", text).split())
    if not bare:
        if needed:
            raise BadInput(field, _("Écrivez ce nom comme sur la pièce d’identité."))
        return ""
    if len(bare) > longest:
        raise BadInput(field, _("Ce nom est trop long : %(longest)s signes au plus.") % {"longest": longest})
    if not _NAME.fullmatch(bare):
        raise BadInput(field, _("Un nom a des lettres, des espaces, des traits d’union et des apostrophes."))
    return bare


def check_birth_date(born: date, *, today: date) -> date:
    if born > today:
        raise BadInput("birth_date", _("Cette date est dans l’avenir. Vérifiez l’année."))
    if today.year - born.year > OLDEST:
        raise BadInput("birth_date", _("Cette date est trop ancienne. Vérifiez l’année."))
    return born


def check_birth_place(text: str) -> str:
    bare = text.strip().upper()
    if bare and not (bare.isascii() and _PLACE.fullmatch(bare)):
        raise BadInput(
            "birth_place_code", _("Le code de la commune de naissance a cinq signes, comme 12202 ou 2A004.")
        )
    return bare


def check_nir(text: str) -> str:
    """Fifteen signes with a right key (2A and 2B for Corsica). Raises BadInput("nir_assure")."""
    try:
        return str(nir.validate(unicodedata.normalize("NFKC", text)))
    except StdnumError:
        raise BadInput(
            "nir_assure",
            _("Ce numéro de sécurité sociale ne va pas. Il a 15 signes, clé comprise : relisez la carte."),
        ) from None


def has_valid_ins_key(matricule: str) -> bool:
    """The matricule INS has the form and the key of a NIR."""
    return matricule == matricule.strip() and len(matricule) == 15 and bool(nir.is_valid(matricule))


def age_on(born: date, *, on: date) -> int:
    """Years complete that day; someone born a 29 February is a year older on 1 March of a common year."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def majority_at(born: date) -> datetime:
    """Midnight in Paris of the eighteenth birthday (C. civ. 414); 1 March when born a 29 February."""
    try:
        day = born.replace(year=born.year + MAJORITY)
    except ValueError:
        day = date(born.year + MAJORITY, 3, 1)
    return datetime.combine(day, time.min, tzinfo=PARIS)


def local_day(now: datetime) -> date:
    return now.astimezone(PARIS).date()
