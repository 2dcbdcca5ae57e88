"""« /direction/assistance »: who may assist where, and the delegations on file."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from toubib.assistance.catalogue import catalogue_on
from toubib.assistance.enums import Ground, Setting
from toubib.assistance.models import Posting, Protocol
from toubib.assistance.operations import BadPeriod, end_posting, end_protocol, file_protocol, post_helper
from toubib.directory.models import Place, Practitioner
from toubib.people.enums import Role
from toubib.people.models import Account
from toubib.people.queries import accounts_with_role
from toubib.people.web import current_actor, role_required

director_only = role_required(Role.MEDICAL_DIRECTOR)
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PostingForm(forms.Form):
    account = forms.ModelChoiceField(label=gettext_lazy("Qui assiste"), queryset=Account.objects.none())
    place = forms.ModelChoiceField(label=gettext_lazy("Dans quel lieu"), queryset=Place.objects.none())
    starts_on = forms.DateField(label=gettext_lazy("À partir du"), widget=DAY)
    secrecy_reference = forms.CharField(
        label=gettext_lazy("Engagement de secret"),
        help_text=gettext_lazy("Où est l’écrit, et sa date."),
        max_length=120,
    )
    setting = forms.TypedChoiceField(
        label=gettext_lazy("Où et quand cette personne assiste"),
        help_text=gettext_lazy("Pour un infirmier, son code en dépend : TLL, TLS ou TLD."),
        choices=Setting.choices,
        coerce=Setting,
    )

    def __init__(self, *args: object, helpers: list[Account], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        account, place = self.fields["account"], self.fields["place"]
        account.queryset = Account.objects.filter(pk__in=[one.pk for one in helpers]).order_by("display_name")  # type: ignore[attr-defined]
        account.label_from_instance = lambda one: one.display_name  # type: ignore[attr-defined]
        place.queryset = Place.objects.filter(closed_on__isnull=True).order_by("name")  # type: ignore[attr-defined]
        place.label_from_instance = lambda one: one.name  # type: ignore[attr-defined]


class ProtocolForm(forms.Form):
    delegator = forms.ModelChoiceField(
        label=gettext_lazy("Médecin qui délègue"), queryset=Practitioner.objects.none()
    )
    delegate = forms.ModelChoiceField(
        label=gettext_lazy("Professionnel qui fait"), queryset=Practitioner.objects.none()
    )
    gestures = forms.MultipleChoiceField(
        label=gettext_lazy("Gestes délégués"), widget=forms.CheckboxSelectMultiple
    )
    ground = forms.ChoiceField(
        label=gettext_lazy("Fondement"), choices=Ground.choices, widget=forms.RadioSelect
    )
    reference = forms.CharField(label=gettext_lazy("Référence du protocole signé"), max_length=120)
    starts_on = forms.DateField(label=gettext_lazy("À partir du"), widget=DAY)
    ends_on = forms.DateField(
        label=gettext_lazy("Jusqu’au (ce jour exclu), si connu"), required=False, widget=DAY
    )

    def __init__(self, *args: object, helpers: list[Account], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        kinds = [one for one in catalogue_on(on=timezone.localdate()).kinds if one.needs_protocol]
        wanted = {name for one in kinds for name in one.specialties}
        rows = Practitioner.objects.order_by("family_name", "given_name")
        able = rows.filter(professional__account__in=[one.pk for one in helpers])
        self.fields["delegator"].queryset = rows.filter(specialty__in=wanted)  # type: ignore[attr-defined]
        self.fields["delegate"].queryset = able  # type: ignore[attr-defined]
        for name in ("delegator", "delegate"):
            self.fields[name].label_from_instance = lambda one: one.full_name  # type: ignore[attr-defined]
        self.fields["gestures"].choices = [(one.key, one.title) for one in kinds]  # type: ignore[attr-defined]


@director_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def assistance(request: HttpRequest) -> HttpResponse:
    helpers, do = accounts_with_role(role=Role.ASSISTANT, now=timezone.now()), request.POST.get("do")
    start = {"starts_on": timezone.localdate()}
    posting = PostingForm(request.POST if do == "posting" else None, helpers=helpers, initial=start)
    protocol = ProtocolForm(request.POST if do == "protocol" else None, helpers=helpers, initial=start)
    if do == "posting" and posting.is_valid() and _post(request, posting):
        return redirect("counter:direction")
    if do == "protocol" and protocol.is_valid() and _file(request, protocol):
        return redirect("counter:direction")
    context = {
        "tab": "assistance",
        "today": timezone.localdate(),
        "postings": Posting.objects.select_related("account", "place").order_by("place__name", "-starts_on"),
        "protocols": [
            (one, _titles(one)) for one in Protocol.objects.select_related("delegator", "delegate").order_by("-starts_on", "id")
        ],
        "posting_form": posting,
        "protocol_form": protocol,
    }  # fmt: skip
    return render(request, "kiosk/direction.html", context)


def _titles(protocol: Protocol) -> str:
    known = {one.key: one.title for one in catalogue_on(on=timezone.localdate()).kinds}
    return ", ".join(known.get(key, key) for key in protocol.gestures)


def _post(request: HttpRequest, form: PostingForm) -> bool:
    try:
        post_helper(**form.cleaned_data, by=current_actor(request), now=timezone.now())
    except BadPeriod as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("Affectation enregistrée."))
    return True


def _file(request: HttpRequest, form: ProtocolForm) -> bool:
    typed = form.cleaned_data
    try:
        file_protocol(
            **{**typed, "ground": Ground(typed["ground"])}, by=current_actor(request), now=timezone.now()
        )
    except BadPeriod as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("Protocole mis au dossier."))
    return True


@director_only
@require_POST
def end_post(request: HttpRequest, posting: UUID) -> HttpResponse:
    """From today; one that began today goes on until tomorrow."""
    row = Posting.objects.filter(pk=posting).first()
    if row is None:
        raise Http404
    _end(
        request,
        lambda: end_posting(
            posting_id=row.pk, on=timezone.localdate(), by=current_actor(request), now=timezone.now()
        ),
    )
    return redirect("counter:direction")


@director_only
@require_POST
def end_delegation(request: HttpRequest, protocol: UUID) -> HttpResponse:
    row = Protocol.objects.filter(pk=protocol).first()
    if row is None:
        raise Http404
    _end(
        request,
        lambda: end_protocol(
            protocol_id=row.pk, on=timezone.localdate(), by=current_actor(request), now=timezone.now()
        ),
    )
    return redirect("counter:direction")


def _end(request: HttpRequest, act: object) -> None:
    try:
        act()  # type: ignore[operator]
    except BadPeriod as error:
        messages.warning(request, str(error))
