"""How Toubib says hours, days, lengths of time, ages and ranks, in the language of the reader.

Plain text with no-break spaces inside; nothing here knows HTML, but `say_rank`, which raises the « e » of « 3e ».
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info, ngettext
from django.utils.translation import gettext as _

NBSP = "\u00a0"
THIN = "\u202f"  # unbreakable too


def keep_together(text: object) -> str:
    """The same words, with no line break between them."""
    return str(text).replace(" ", NBSP)


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


def say_hour(moment: datetime | time) -> str:
    """« 14 h 32 », « 8 h »; 14:32 in English. A moment with a zone is told in Paris time."""
    hour = _local(moment) if isinstance(moment, datetime) else moment
    if hour.minute == 0:
        return keep_together(_("%(hour)s h") % {"hour": hour.hour})
    return keep_together(_("%(hour)s h %(minute)s") % {"hour": hour.hour, "minute": f"{hour.minute:02}"})


def say_day(day: date | datetime) -> str:
    """« 3 novembre 2026 », « 1er janvier 2027 »."""
    local = _local(day).date() if isinstance(day, datetime) else day
    return _day_said(local, get_language() or "fr")


@lru_cache(maxsize=4096)
def _day_said(day: date, language: str) -> str:
    """Lists of dates say the same ones again and again; `language` is that of this thread."""
    text = date_format(day, "j F Y")
    if language.startswith("fr") and day.day == 1:
        text = text.replace("1 ", "1er ", 1)
    return keep_together(text)


def say_short_day(day: date | datetime) -> str:
    """« 03/11/2026 », the same in both languages."""
    local = _local(day) if isinstance(day, datetime) else day
    return f"{local.day:02}/{local.month:02}/{local.year}"


def say_moment(moment: datetime) -> str:
    """« 3 novembre 2026 à 14 h 32 »."""
    return _("%(day)s à %(hour)s") % {"day": say_day(moment), "hour": say_hour(moment)}


def _say_minutes(minutes: int) -> str:
    if minutes < 60:
        return _("%(minutes)s min") % {"minutes": minutes}
    hours, rest = divmod(minutes, 60)
    if rest == 0:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": f"{rest:02}"}


def say_interval(low: int, high: int) -> str:
    """Minutes: « 8 à 20 min », « 1 h à 1 h 40 min », « 8 min » when both ends agree."""
    if low >= high:
        return keep_together(_say_minutes(high))
    if high < 60:
        return keep_together(_("%(low)s à %(high)s min") % {"low": low, "high": high})
    return keep_together(_("%(low)s à %(high)s") % {"low": _say_minutes(low), "high": _say_minutes(high)})


def say_length(length: int | float | timedelta) -> str:
    """Seconds or a timedelta: « 42 s », « 4 min 12 », « 1 h 05 min »."""
    seconds = int(length.total_seconds() if isinstance(length, timedelta) else length)
    if seconds < 60:
        return keep_together(_("%(seconds)s s") % {"seconds": seconds})
    minutes, rest = divmod(seconds, 60)
    if minutes >= 60 or rest == 0:
        return keep_together(_say_minutes(minutes))
    return keep_together(_("%(minutes)s min %(seconds)s") % {"minutes": minutes, "seconds": f"{rest:02}"})


def say_since(start: datetime, *, now: datetime) -> str:
    """Whole minutes since then: « 0 min », « 1 h 08 min »."""
    return keep_together(_say_minutes(max(0, int((now - start).total_seconds()) // 60)))


def say_size(size: int) -> str:
    """Bytes of a file, as people read them: « 2 ko », « 3,4 Mo »."""
    if size < 1_000_000:
        return keep_together(_("%(size)s ko") % {"size": max(1, round(size / 1000))})
    return keep_together(_("%(size)s Mo") % {"size": number_format(round(size / 1_000_000, 1), 1)})


def say_language(code: str) -> str:
    """Its name in the language of the page: « portugais », “Portuguese”."""
    try:
        name = str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
    return name.lower() if (get_language() or "fr").startswith("fr") else name[:1].upper() + name[1:]


def say_age(birth: date, *, on: date) -> str:
    """« 71 ans »; in months under two years, in days under one month."""
    months = (on.year - birth.year) * 12 + on.month - birth.month - (on.day < birth.day)
    if months >= 24:
        years = months // 12
        return keep_together(ngettext("%(count)s an", "%(count)s ans", years) % {"count": years})
    if months >= 1:
        return keep_together(ngettext("%(count)s mois", "%(count)s mois", months) % {"count": months})
    days = max((on - birth).days, 0)
    return keep_together(ngettext("%(count)s jour", "%(count)s jours", days) % {"count": days})


def rank_suffix(rank: int) -> str:
    """What follows the figure: « re » (la première place) or « e »; st, nd, rd, th in English."""
    if (get_language() or "fr").startswith("fr"):
        return "re" if rank == 1 else "e"
    if rank % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")


def say_rank(rank: int) -> SafeString:
    return format_html("{}<sup>{}</sup>", rank, rank_suffix(rank))


def say_birth(day: date, *, sex: str) -> str:
    """« née le 4 mars 1988 », by the sex of the identity where it is known."""
    words = {"F": _("née le %(day)s"), "M": _("né le %(day)s")}.get(sex, _("né(e) le %(day)s"))
    return words % {"day": say_day(day)}


def say_phone(number: str) -> str:
    """A French number by pairs, « 06 39 98 00 42 »; any other as it came."""
    digits = "".join(c for c in number if c.isdigit())
    if number.startswith("+33") and len(digits) == 11:
        digits = "0" + digits[2:]
    if len(digits) == 10 and digits.startswith("0"):
        return NBSP.join(digits[i : i + 2] for i in range(0, 10, 2))
    return number


def initials(name: str) -> str:
    """« Julien Morel » → JM; « Dre Salomé Vasseur » → SV."""
    words = [word for word in name.replace("-", " ").split() if word.lower().strip(".") not in TITLES]
    picked = words if len(words) < 2 else [words[0], words[-1]]
    return "".join(word[0] for word in picked).upper()


TITLES = frozenset({"dr", "dre", "d", "m", "mme", "pr", "pre"})


def say_euros(amount: str | None) -> str:
    """An amount of the rule book, « 1025.00 » → « 1 025,00 € », its thousands apart; nothing where it is unknown."""
    if amount is None:
        return ""
    said = number_format(Decimal(amount), decimal_pos=2, force_grouping=True).replace(NBSP, THIN)
    return f"{said}{NBSP}€"
