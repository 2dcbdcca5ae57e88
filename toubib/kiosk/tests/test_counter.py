"""The post of whoever assists: the cabin, the session, the code without phone, 15, presence, gestures, acts; no record."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from toubib.assistance.models import Gesture, Presence
from toubib.assistance.operations import NotPosted, ask_gesture
from toubib.assistance.queries import assisted_by, presences_of
from toubib.assistance.tests.factories import make_helper, post
from toubib.directory.enums import Device, Profession
from toubib.ground.actors import Actor
from toubib.ground.models import JournalEntry
from toubib.kiosk.enums import Presence as Said
from toubib.kiosk.enums import WipeReason
from toubib.kiosk.models import CabinCheck, KioskSession, Voucher
from toubib.kiosk.operations import say_presence, wipe_session
from toubib.kiosk.operations.beside import leave_ended_requests
from toubib.kiosk.operations.counter import (
    CounterRefused,
    VoucherDead,
    call_15,
    call_back,
    check_cabin,
    open_from_counter,
    stop_from_counter,
    use_voucher,
    vouch,
)
from toubib.kiosk.queries.counter import post_of
from toubib.kiosk.tests.factories import browser_of_machine, make_machine, make_open_place
from toubib.kiosk.web import SESSION
from toubib.people.enums import InsStatus
from toubib.people.models import Account, Patient
from toubib.people.operations import MayNotVouch, make_vouched_account, set_own_identity
from toubib.people.tests.factories import make_cast, make_identity, sign_in
from toubib.record.tests.factories import make_encounter, make_picture
from toubib.waiting.models import Offer, Ticket
from toubib.waiting.operations import dispatch_pool, take_offer
from toubib.waiting.queries.facts import facts_of
from toubib.waiting.tests.factories import NO, doctor_actor, make_scene, put_in_line, put_on_duty

pytestmark = pytest.mark.django_db
DEVICES = (Device.OTOSCOPE, Device.OXIMETER, Device.PRINTER)
CLEANED = ["otoscope", "oximeter"]


class Desk:
    """A pharmacist at the post of a kiosk."""

    def __init__(self):
        self.scene = make_scene()
        self.cast = self.scene.cast
        self.now = timezone.now()
        self.place = make_open_place(now=self.now, devices=DEVICES, phone="+33536490011")
        self.machine, self.key = make_machine(place=self.place, now=self.now)
        self.helper = self.cast.haddad.account
        post(self.cast.haddad, self.place)
        self.by = Actor(self.helper.pk, "assistant")
        self.client = Client()
        sign_in(self.client, self.helper)

    def do(self, operation, **given):
        return operation(**given, account=self.helper, by=self.by, now=self.now)

    def check(self, *, room_ready=True, door_closes=True, cleaned=CLEANED):
        return self.do(
            check_cabin, machine=self.machine, room_ready=room_ready, door_closes=door_closes, cleaned=cleaned
        )

    def open(self):
        self.check()
        return self.do(open_from_counter, machine=self.machine)

    def waiting(self, session=None):
        """Somebody in the line from this place; in the cabin where a session is given."""
        ticket = put_in_line(self.scene, now=self.now, place_of_care=self.place)
        if session is not None:
            KioskSession.objects.filter(pk=session.pk).update(ticket=ticket, state="waiting")
        return ticket

    def cabin(self):
        return post_of(place=self.place, now=self.now).cabins[0]


@pytest.fixture
def desk():
    return Desk()


def test_the_kiosk_opens_from_the_post_once_the_cabin_was_seen(desk):
    assert desk.cabin().state == "cleaning"
    with pytest.raises(CounterRefused, match="Confirmez d’abord"):
        desk.do(open_from_counter, machine=desk.machine)
    with pytest.raises(CounterRefused, match="sa porte ferme"):
        desk.check(door_closes=False)
    with pytest.raises(CounterRefused, match="oxymètre"):
        desk.check(cleaned=["otoscope"])
    first, again = desk.check(), desk.check()
    assert first.pk == again.pk
    session = desk.do(open_from_counter, machine=desk.machine)
    assert desk.do(open_from_counter, machine=desk.machine).pk == session.pk
    assert (session.opened_by_id, desk.cabin().state) == (desk.helper.pk, "in_use")


def test_after_a_person_the_cabin_is_to_be_cleaned_again(desk):
    session = desk.open()
    desk.now += timedelta(minutes=1)
    desk.do(stop_from_counter, session_id=session.pk)
    desk.do(stop_from_counter, session_id=session.pk)
    stopped = KioskSession.objects.get()
    assert (stopped.state, stopped.wipe_reason) == ("wiped", WipeReason.ASSISTANT)
    assert (desk.cabin().state, CabinCheck.objects.count()) == ("cleaning", 1)


def test_a_busy_cabin_is_not_opened_over_somebody(desk):
    session = desk.open()
    desk.waiting(session)
    with pytest.raises(CounterRefused, match="Quelqu’un est dans la cabine"):
        desk.do(open_from_counter, machine=desk.machine)


def test_nothing_is_done_at_a_place_where_one_is_not_posted(desk):
    stranger = make_helper(Profession.NURSE).account
    given = {"account": stranger, "by": Actor(stranger.pk, "assistant"), "now": desk.now}
    session = desk.open()
    for operation, more in (
        (open_from_counter, {"machine": desk.machine}),
        (stop_from_counter, {"session_id": session.pk}),
        (vouch, {"session_id": session.pk}),
        (call_15, {"place": desk.place, "session_id": None}),
    ):
        with pytest.raises(NotPosted):
            operation(**given, **more)


def test_a_code_without_phone_opens_an_account_that_proves_nothing(desk):
    session = desk.open()
    _row, old = desk.do(vouch, session_id=session.pk)
    _row, code = desk.do(vouch, session_id=session.pk)  # a second click: the first code serves no more
    assert Account.objects.filter(vouched_by=desk.helper.pk).count() == 1
    if old != code:
        with pytest.raises(VoucherDead):
            use_voucher(session=session, code=old, now=desk.now)
    account = use_voucher(session=session, code=code, now=desk.now)
    assert (account.email, account.phone, account.vouched_by) == (None, None, desk.helper.pk)
    with pytest.raises(VoucherDead):
        use_voucher(session=session, code=code, now=desk.now)
    by = Actor(account.pk, "patient")
    patient = set_own_identity(account=account, identity=make_identity(), by=by, now=desk.now)
    assert patient.ins_status == InsStatus.PROVISOIRE


def test_a_code_without_phone_is_tried_five_times_on_its_own_machine_for_a_while(desk):
    session = desk.open()
    row, code = desk.do(vouch, session_id=session.pk)
    other, _key = make_machine(place=desk.place, name="Autre", now=desk.now)
    elsewhere = KioskSession.objects.create(
        machine=other, state="opened", opened_at=desk.now, touched_at=desk.now, state_at=desk.now
    )
    for tried, when in ((code, timedelta(minutes=15)), ("000 000", timedelta())):
        with pytest.raises(VoucherDead):
            use_voucher(session=session, code=tried if tried != code or when else "1", now=desk.now + when)
    with pytest.raises(VoucherDead):
        use_voucher(session=elsewhere, code=code, now=desk.now)
    Voucher.objects.filter(pk=row.pk).update(attempts_left=0)
    with pytest.raises(VoucherDead):
        use_voucher(session=session, code=code, now=desk.now)


def test_only_who_assists_vouches(desk):
    with pytest.raises(MayNotVouch):
        make_vouched_account(by=Actor(desk.cast.vasseur.account_id, "practitioner"), now=desk.now)
    session = desk.open()
    desk.waiting(session)
    with pytest.raises(CounterRefused, match="propre code"):
        desk.do(vouch, session_id=session.pk)


def test_the_code_lets_the_person_in_on_the_machine_with_the_request_under_way(desk):
    session = desk.open()
    browser = browser_of_machine(desk.key)
    browser.post("/borne/ouvrir")
    assert browser.session[SESSION] == str(session.pk)  # the one that the assistant opened
    browser.post("/consulter/signes", dict.fromkeys(NO, "no"))
    assert "J’ai un code du comptoir" in browser.get("/borne/telephone").text
    _row, code = desk.do(vouch, session_id=session.pk)
    wrong = browser.post("/borne/sans-telephone", {"code": "1"})
    assert (wrong.status_code, "Demandez-en un autre au comptoir" in wrong.text) == (422, True)
    answer = browser.post("/borne/sans-telephone", {"code": code})
    ticket, account = Ticket.objects.get(), Voucher.objects.get().account
    assert (answer.status_code, browser.session["_auth_user_id"]) == (302, str(account.pk))
    assert (ticket.account_id, ticket.place_of_care_id, ticket.callback_phone) == (
        account.pk,
        desk.place.pk,
        desk.place.phone,
    )
    assert KioskSession.objects.get().pk == session.pk
    assert browser.get(browser.get("/consulter").headers["Location"]).status_code == 200
    assert Client().get("/borne/sans-telephone").status_code == 404


def test_a_place_without_a_number_to_call_back_vouches_for_nobody(desk):
    session = desk.open()
    desk.place.phone = ""
    desk.place.save()
    with pytest.raises(CounterRefused, match="pas de numéro"):
        desk.do(vouch, session_id=session.pk)


def test_the_one_who_opened_assists_once_the_patient_says_so_and_leaves_when_it_is_taken_back(desk):
    session = desk.open()
    ticket = desk.waiting(session)
    by = Actor(ticket.account_id, "patient")
    say_presence(session_id=session.pk, presence=Said.ASSISTANT, by=by, now=desk.now)
    assert assisted_by(ticket_id=ticket.pk) == "pharmacist"
    say_presence(session_id=session.pk, presence=Said.ALONE, by=by, now=desk.now)
    row = presences_of(ticket_id=ticket.pk)[0]
    assert (assisted_by(ticket_id=ticket.pk), row.agreed, row.ended_at) == ("none", False, desk.now)


def test_who_comes_of_themselves_waits_for_the_patient(desk):
    session = desk.open()
    ticket = desk.waiting(session)
    desk.client.post(f"/comptoir/seance/{session.pk}/aupres")
    assert Presence.objects.get().agreed is None
    page = desk.client.get("/comptoir/etat").content.decode()
    assert "Attendez son accord" in page
    desk.client.post(f"/comptoir/presence/{Presence.objects.get().pk}/sortir")
    assert Presence.objects.get().ended_at is not None
    assert assisted_by(ticket_id=ticket.pk) == "none"


def test_nobody_comes_beside_a_person_whose_session_is_over(desk):
    session = desk.open()
    ticket = desk.waiting(session)
    by = Actor(ticket.account_id, "patient")
    say_presence(session_id=session.pk, presence=Said.ASSISTANT, by=by, now=desk.now)
    wipe_session(session_id=session.pk, reason=WipeReason.AWAY, by=by, now=desk.now)
    page = desk.client.post(f"/comptoir/seance/{session.pk}/aupres", follow=True).content.decode()
    assert "Cette séance est finie" in page
    assert Presence.objects.get().ended_at is not None
    assert assisted_by(ticket_id=ticket.pk) == "none"


def test_the_acts_of_a_month_that_never_was_are_those_of_another(desk):
    asked = ("1-1", "0001-02", "9999-12", "2026-13", "x")
    assert [desk.client.get("/comptoir/actes", {"mois": one}).status_code for one in asked] == [200] * 5


def test_somebody_outside_without_phone_is_called_back_with_a_new_code(desk):
    account = make_vouched_account(by=desk.by, now=desk.now)
    ticket = desk.waiting()
    Ticket.objects.filter(pk=ticket.pk).update(account=account)
    outside = post_of(place=desk.place, now=desk.now).outside
    assert [(one.ticket.pk, one.has_no_phone) for one in outside] == [(ticket.pk, True)]
    desk.check()
    code = desk.do(call_back, ticket_id=ticket.pk, machine=desk.machine)
    assert use_voucher(session=KioskSession.objects.get(), code=code, now=desk.now) == account


def test_nobody_is_called_back_who_is_in_a_cabin(desk):
    """A code would open the person's own pages on another machine."""
    session = desk.open()
    ticket = desk.waiting(session)
    Ticket.objects.filter(pk=ticket.pk).update(account=make_vouched_account(by=desk.by, now=desk.now))
    other, _key = make_machine(place=desk.place, name="Autre", now=desk.now)
    desk.do(check_cabin, machine=other, room_ready=True, door_closes=True, cleaned=CLEANED)
    with pytest.raises(CounterRefused, match="dans la cabine"):
        desk.do(call_back, ticket_id=ticket.pk, machine=other)
    assert (Voucher.objects.count(), KioskSession.objects.count()) == (0, 1)


@pytest.mark.parametrize("in_cabin", [True, False])
def test_nothing_of_the_kiosk_holds_of_an_act_taken_elsewhere(desk, in_cabin):
    session = desk.open()
    put_on_duty(desk.scene, desk.cast.vasseur, now=desk.now)
    desk.waiting(session)
    dispatch_pool(pool_id=desk.scene.pool.pk, now=desk.now)
    if not in_cabin:
        wipe_session(session_id=session.pk, reason=WipeReason.PATIENT, by=desk.by, now=desk.now)
    take_offer(offer_id=Offer.objects.get().pk, by=doctor_actor(desk.cast.vasseur), now=desk.now)
    ticket = Ticket.objects.get()
    facts = facts_of(encounter=ticket.encounter, ticket=ticket, now=desk.now)
    asked_again = "à redemander" in (ticket.place_detail or "")
    assert (facts["equipment_on_site"] is True, ticket.place_of_care_id is None, asked_again) == (
        in_cabin,
        not in_cabin,
        not in_cabin,
    )


def test_somebody_with_a_phone_comes_back_by_their_own_code(desk):
    ticket = desk.waiting()
    desk.check()
    assert desk.do(call_back, ticket_id=ticket.pk, machine=desk.machine) == ""
    Ticket.objects.filter(pk=ticket.pk).update(state="left", ended_at=desk.now, exit_reason="patient_left")
    with pytest.raises(CounterRefused, match="finie"):
        desk.do(call_back, ticket_id=ticket.pk, machine=desk.machine)


def test_nobody_stays_noted_beside_a_patient_whose_request_is_over(desk):
    session = desk.open()
    ticket = desk.waiting(session)
    desk.client.post(f"/comptoir/seance/{session.pk}/aupres")
    assert (leave_ended_requests(now=desk.now), len(post_of(place=desk.place, now=desk.now).presences)) == (
        0,
        1,
    )
    Ticket.objects.filter(pk=ticket.pk).update(state="left", ended_at=desk.now, exit_reason="patient_left")
    assert post_of(place=desk.place, now=desk.now).presences == []
    assert (leave_ended_requests(now=desk.now), leave_ended_requests(now=desk.now)) == (1, 0)


def test_calling_15_shows_what_to_say_and_leaves_a_trace(desk):
    session = desk.open()
    ticket = desk.waiting(session)
    page = desk.client.post(
        f"/comptoir/{desk.place.pk}/quinze", {"session": str(session.pk)}
    ).content.decode()
    assert "tel:15" in page and desk.place.address in page
    row = JournalEntry.objects.get(action="kiosk.counter.call15")
    assert (row.account, row.patient) == (desk.helper.pk, ticket.patient_id)


def test_the_whole_gesture_from_the_post(desk):
    session = desk.open()
    ticket = desk.waiting(session)
    encounter = make_encounter(ticket.patient, desk.cast.vasseur, state="in_progress")
    doctor = Actor(desk.cast.vasseur.account_id, "practitioner")
    row = ask_gesture(
        encounter=encounter,
        ticket_id=ticket.pk,
        place=desk.place,
        key="otoscopy",
        words="oreille droite",
        by=doctor,
        now=desk.now,
    )
    address = f"/comptoir/geste/{row.pk}"
    post = desk.client.get("/comptoir").content.decode()
    assert "Répondre au médecin" in post and "Otoscopie : oreille droite" in post
    assert "oreille droite" in desk.client.get(address).content.decode()
    refused = desk.client.post(address, {"do": "refuse"})
    assert "Dites pourquoi" in refused.content.decode()
    desk.client.post(address, {"do": "accept"})
    page = desk.client.post(address, {"do": "start"}, follow=True).content.decode()
    assert "Attendez l’accord du patient" in page
    Gesture.objects.update(state="agreed")
    desk.client.post(address, {"do": "start"})
    missing = desk.client.post(address, {"do": "finish", "image": "kept"}).content.decode()
    assert "Choisissez l’image" in missing
    from django.core.files.uploadedfile import SimpleUploadedFile

    picture = SimpleUploadedFile("o.jpg", make_picture(), content_type="image/jpeg")
    desk.client.post(address, {"do": "finish", "image": "kept", "file": picture})
    done = Gesture.objects.get()
    assert (done.state, done.image, done.attachment.encounter_id) == ("done", "kept", encounter.pk)
    assert desk.client.post(address, {"do": "autre"}).status_code == 404


def test_the_post_reads_nothing_of_a_record(desk):
    session = desk.open()
    ticket = desk.waiting(session)
    Ticket.objects.filter(pk=ticket.pk).update(reason_key="fever", reason_text="très intime")
    encounter = make_encounter(ticket.patient, desk.cast.vasseur, state="signed")
    for address in (
        "/cabinet", f"/mon-espace/consultations/{encounter.pk}", f"/attente/{ticket.pk}", "/direction", "/conformite",
        "/administration/comptes", "/direction/assistance", f"/salle/{encounter.pk}",
    ):  # fmt: skip
        assert desk.client.get(address).status_code == 404, address
    page = desk.client.get("/comptoir").content.decode()
    patient = Patient.objects.get(pk=ticket.patient_id)
    assert patient.birth_given_names in page
    assert "intime" not in page and patient.birth_name not in page and "fièvre" not in page.lower()


def test_another_s_place_and_another_s_role_do_not_exist(desk):
    session = desk.open()
    stranger = make_helper(Profession.NURSE).account
    others = {"stranger": stranger, "doctor": desk.cast.vasseur.account, "patient": desk.cast.jeanne}
    posts = (
        f"/comptoir/borne/{desk.machine.pk}/ouvrir", f"/comptoir/seance/{session.pk}/arreter",
        f"/comptoir/seance/{session.pk}/sans-telephone", f"/comptoir/{desk.place.pk}/quinze",
    )  # fmt: skip
    for name, account in others.items():
        client = Client()
        sign_in(client, account)
        assert {client.post(one).status_code for one in posts} == {404}, name
        assert client.get(f"/comptoir/borne/{desk.machine.pk}/cabine").status_code == 404
        assert client.get("/comptoir").status_code == (200 if name == "stranger" else 404)
    without = Client()
    sign_in(without, desk.helper, second_factor=False)
    assert without.get("/comptoir").status_code == 404


def test_the_cabin_s_page_asks_for_each_device_and_keeps_what_was_ticked(desk):
    address = f"/comptoir/borne/{desk.machine.pk}/cabine"
    page = desk.client.get(address).content.decode()
    assert "Oxymètre" in page and "Imprimante" not in page
    half = desk.client.post(address, {"room_ready": "on", "door_closes": "on", "cleaned": ["otoscope"]})
    assert "Il reste à nettoyer : oxymètre." in half.content.decode()
    whole = {"room_ready": "on", "door_closes": "on", "cleaned": CLEANED}
    assert desk.client.post(address, whole).status_code == 302
    desk.client.post(f"/comptoir/borne/{desk.machine.pk}/ouvrir")
    desk.client.post(f"/comptoir/borne/{desk.machine.pk}/ouvrir")
    assert KioskSession.objects.count() == 1


def test_the_acts_of_a_month_are_one_s_own(desk):
    page = desk.client.get("/comptoir/actes?mois=2026-02").content.decode()
    assert "Aucun acte ce mois-ci" in page
    assert desk.client.get("/comptoir/actes?mois=x").status_code == 200
    answer = desk.client.post("/comptoir/actes/fichier", {"mois": "2026-02"})
    assert answer["Content-Disposition"] == 'attachment; filename="toubib-assistance-2026-02.csv"'


def test_a_list_of_cabins_costs_the_same_for_one_person_outside_and_for_three(
    desk, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            post_of(place=desk.place, now=desk.now)
        return len(queries)

    desk.waiting()
    one = cost()
    desk.waiting()
    desk.waiting()
    assert cost() == one


def test_wiping_a_session_elsewhere_is_told_at_the_post(desk):
    session = desk.open()
    wipe_session(
        session_id=session.pk, reason=WipeReason.DONE, by=desk.by, now=desk.now + timedelta(seconds=5)
    )
    assert desk.cabin().session is None
    assert make_cast is not None
