"""The one path, as a machine shows it: what was said there already is not asked again."""

from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from toubib.directory.enums import Device
from toubib.directory.models import Place
from toubib.ground.actors import Actor
from toubib.kiosk.detours import MEASURED
from toubib.kiosk.models import KioskSession
from toubib.kiosk.operations import put_unit
from toubib.kiosk.steps import kiosk_steps
from toubib.kiosk.templatetags.kiosk import CODE, on_kiosk
from toubib.kiosk.tests.factories import BY, browser_of_machine, make_machine
from toubib.kiosk.web import SESSION
from toubib.people.enums import Role
from toubib.people.tests.factories import sign_in
from toubib.waiting.models import Ticket
from toubib.waiting.operations import join_line
from toubib.waiting.tests.factories import make_scene, prepare_ticket
from toubib.waiting.views.common import TICKET, path_context

pytestmark = pytest.mark.django_db


@pytest.fixture
def walking(settings):
    """A person on a machine, before the step that is asked for; their browser and their request."""
    settings.DEMO = True
    now = timezone.now()

    def walk(*, done=("sante",), presence="", draft=None, **over):
        machine, key = make_machine(now=now)
        scene = make_scene()
        more = {
            "draft": {"who": "self", "done": list(done), **(draft or {})},
            "place_of_care": machine.place,
            **over,
        }
        ticket = prepare_ticket(scene, now=now, **more)
        browser = browser_of_machine(key)
        browser.post("/borne/ouvrir")
        kept = browser.session[SESSION]
        sign_in(browser, ticket.account)
        session = browser.session
        session.update({SESSION: kept, TICKET: str(ticket.id), MEASURED: str(ticket.id)})
        session.save()
        KioskSession.objects.update(presence=presence, ticket=ticket)
        return browser, ticket

    return walk


@pytest.mark.parametrize(("presence", "said"), [("alone", False), ("relative", True), ("assistant", True)])
def test_who_is_there_was_said_and_is_shown_not_asked_again(walking, presence, said):
    browser, ticket = walking(presence=presence)
    page = browser.get("/consulter/consentements")
    assert list(page.context["form"].fields) == ["care"]
    assert str(KioskSession.objects.get().get_presence_display()) in page.text
    browser.post("/consulter/consentements", {"care": "on"})
    ticket.refresh_from_db()
    assert ticket.draft["consentements"] == {"care": True, "third_person": said}


def test_who_is_there_may_change_after_the_agreements(walking):
    browser, ticket = walking(presence="relative", done=("sante", "consentements"),
                              draft={"consentements": {"care": True, "third_person": True}})  # fmt: skip
    browser.post("/borne/piece", {"presence": "alone", "door": "on"})
    assert Ticket.objects.get(pk=ticket.pk).draft["consentements"] == {"care": True, "third_person": False}


@pytest.mark.parametrize(
    ("devices", "hint"),
    [
        (["otoscope"], "L’otoscope de cette borne montre au médecin le fond de l’oreille."),
        (["scale"], "Souvent mieux vu en vrai, ou à une borne avec otoscope. En vidéo, le médecin ne voit pas le fond de l’oreille."),
    ],
)  # fmt: skip
def test_a_reason_says_what_the_devices_of_this_kiosk_can_do(walking, devices, hint):
    browser, _ticket = walking(reason_key="")
    Place.objects.update(devices=devices)
    hints = browser.get("/consulter/motif").context["form"].fields["key"].choice_hints
    assert (hints["ear"], "photo" in hints["renewal"]) == (hint, False)


def test_a_kiosk_asks_no_file_and_the_document_is_shown_to_the_camera(walking):
    browser, ticket = walking(done=(), presence="alone", reason_key="renewal")
    page = browser.get("/consulter/sante").text
    assert ('type="file"' in page, "vous le montrerez à la caméra" in page) == (False, True)
    assert (
        browser.post("/consulter/sante", {"allergies": "", "treatments": "", "history": ""}).status_code
        == 302
    )
    assert "sante" in Ticket.objects.get(pk=ticket.pk).draft["done"]


def test_the_waiting_page_of_a_kiosk_lists_what_was_measured(walking):
    browser, ticket = walking(done=("sante", "consentements", "test"), presence="alone")
    unit = put_unit(place=Place.objects.get(), number=1, kind=Device.BLOOD_PRESSURE, by=BY, now=timezone.now())  # fmt: skip
    join_line(ticket_id=ticket.pk, by=Actor(ticket.account_id, Role.PATIENT), now=timezone.now())
    said = {"client_id": str(uuid4()), "kind": "blood_pressure", "typed": "1", "unit": str(unit.pk),
            "m_systolic": "126", "m_diastolic": "78", "m_heart_rate": "72"}  # fmt: skip
    page = reverse("web:waiting_room", args=[ticket.pk])
    before = browser.get(page).text
    browser.post(reverse("web:take_reading", args=[ticket.pk]), said)
    after = browser.get(page).text
    words = ("126/78 mmHg, pouls 72", "Aucune prise.", "sous la main", "Ajouter une photo")
    assert [[one in text for one in words] for text in (before, after)] == [
        [False, True, False, False],
        [True, False, False, False],
    ]


def test_the_bar_of_a_machine_never_goes_back():
    ways = ["signes", "telephone", "code", "pour-qui", "motif", "medecin-traitant", "identite", "prix", "piece", "sante",
            "mesures", "consentements", "test", "pret"]  # fmt: skip
    own = {"telephone": "phone", "piece": "room", "mesures": "measures"}

    def at(name):
        if name == "code":
            steps = on_kiosk(path_context("identite")["steps"], CODE)
        else:
            steps = (
                kiosk_steps(own[name])
                if name in own
                else on_kiosk(path_context(name)["steps"], f"/consulter/{name}")
            )
        return [one.state for one in steps].index("current")

    ranks = [at(name) for name in ways]
    assert ranks == sorted(ranks) == [0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4, 4, 4, 5]
