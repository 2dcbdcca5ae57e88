"""« Mon espace » : one's e-mail or phone, changed by a code sent to the new one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from toubib.ground.enums import Channel
from toubib.people.enums import Role
from toubib.people.forms import AddressForm, CodeForm
from toubib.people.identity import Address, BadInput, parse_address
from toubib.people.operations import CodeDead, TooManyCodes, WrongCode
from toubib.people.operations.contact import ContactRefused, ask_contact, change_contact
from toubib.people.web import current_account, current_actor, role_required

PENDING = "people.contact"


@role_required(Role.PATIENT)
@never_cache
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """Where to write from now on; nothing changes before the code came back."""
    form = AddressForm(request.POST or None)
    both = _("Votre nouvelle adresse e-mail ou votre nouveau mobile")
    form.fields["address"].label = both if form.by_sms else _("Votre nouvelle adresse e-mail")
    if request.method == "POST" and form.is_valid():
        try:
            address = parse_address(form.cleaned_data["address"])
            ask_contact(account=current_account(request), address=address, now=timezone.now())
        except BadInput as error:
            form.refuse(error)
        except TooManyCodes as error:
            form.add_error("address", error.sentence)
        except ContactRefused as error:
            form.add_error("address", str(error))
        else:
            request.session[PENDING] = [address.channel.value, address.value]
            return redirect("people:contact_code")
    page = {"form": form, "account": current_account(request)}
    return render(request, "people/contact.html", page, status=422 if form.errors else 200)


@role_required(Role.PATIENT)
@never_cache
@require_http_methods(["GET", "POST"])
def contact_code(request: HttpRequest) -> HttpResponse:
    kept = request.session.get(PENDING)
    if not kept:
        return redirect("people:profile")
    address = Address(Channel(kept[0]), kept[1])
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            change_contact(
                account=current_account(request), address=address, code=form.cleaned_data["code"],
                by=current_actor(request), now=timezone.now(),
            )  # fmt: skip
        except (WrongCode, CodeDead) as error:
            form.add_error("code", error.sentence)
        except ContactRefused as error:
            form.add_error("code", str(error))
        else:
            del request.session[PENDING]
            messages.success(request, _("C’est changé. Nous vous écrivons à cette adresse désormais."))
            return redirect("people:profile")
    page = {"form": form, "address": address.value, "by_sms": address.channel == Channel.SMS}
    return render(request, "people/contact_code.html", page, status=422 if form.errors else 200)
