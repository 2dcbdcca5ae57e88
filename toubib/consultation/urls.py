from __future__ import annotations

from django.urls import path

from toubib.consultation.views import (
    api,
    beside,
    cap,
    desk,
    file,
    guests,
    law,
    line,
    note,
    prescription,
    room,
    search,
    templates,
)

app_name = "consultation"
ROOM = "cabinet/salle/<uuid:room>"
urlpatterns = [
    # What the scripts of the call ask for
    path("salle/<uuid:room>/acces", api.credentials, name="credentials"),
    path("salle/<uuid:room>/mesures", api.measures, name="measures"),
    path("salle/<uuid:room>/messages", api.messages, name="messages"),
    path("relais/test", api.ice_test, name="ice_test"),
    # The desk
    path("cabinet", desk.desk, name="desk"),
    path("cabinet/file", line.waiting_list, name="line"),
    path("cabinet/priorite/<uuid:ticket>", line.priority, name="priority"),
    path("cabinet/garde", desk.panel, name="panel"),
    path("cabinet/garde/commencer", desk.start_duty, name="start_duty"),
    path("cabinet/garde/<slug:act>", desk.change_duty, name="change_duty"),
    path("cabinet/proposition/<uuid:offer>/prendre", desk.take, name="take"),
    path("cabinet/proposition/<uuid:offer>/refuser", desk.refuse, name="refuse"),
    path("cabinet/piece/<uuid:attachment>", file.piece, name="piece"),
    path("cabinet/seuil", cap.cap, name="cap"),
    path("cabinet/diagnostics", search.diagnoses, name="diagnoses"),
    path("cabinet/medicaments", search.medicines, name="medicines"),
    path("cabinet/modeles", templates.templates, name="templates"),
    path("cabinet/modeles/<uuid:template>", templates.template, name="template"),
    # One consultation
    path(ROOM, room.room, name="room"),
    path(f"{ROOM}/etat", room.status, name="room_status"),
    path(f"{ROOM}/suivi", room.watch, name="room_watch"),
    path(f"{ROOM}/ouvrir", room.start, name="room_open"),
    path(f"{ROOM}/finir", room.finish, name="room_end"),
    path(f"{ROOM}/quitter/<slug:act>", room.leave, name="room_leave"),
    path(f"{ROOM}/note", note.save, name="note"),
    path(f"{ROOM}/signer", note.sign, name="sign"),
    path(f"{ROOM}/ajout", note.amend, name="amend"),
    path(f"{ROOM}/ordonnance", prescription.put, name="rx_put"),
    path(f"{ROOM}/ordonnance/renouveler", prescription.renew, name="rx_renew"),
    path(f"{ROOM}/ordonnance/poids", prescription.weight, name="rx_weight"),
    path(f"{ROOM}/ordonnance/<uuid:line>", prescription.line, name="rx_line"),
    path(f"{ROOM}/ordonnance/<uuid:line>/changer", prescription.change, name="rx_change"),
    path(f"{ROOM}/correction", note.correct, name="correct"),
    path(f"{ROOM}/modele", templates.keep, name="template_keep"),
    path(f"{ROOM}/passe", file.past, name="past"),
    path(f"{ROOM}/verification", beside.check, name="check"),
    path(f"{ROOM}/regles", law.law, name="law"),
    path(f"{ROOM}/attester", law.attest, name="attest"),
    path(f"{ROOM}/second-parent", beside.second_parent, name="second_parent"),
    path(f"{ROOM}/orientation", beside.orient, name="orient"),
    path(f"{ROOM}/invites", guests.guests, name="guests"),
    path(f"{ROOM}/inviter", guests.invite, name="invite"),
    path(f"{ROOM}/invites/<uuid:invite>/admettre", guests.admit, name="admit"),
    path(f"{ROOM}/invites/<uuid:invite>/refuser", guests.refuse, name="refuse_guest"),
    path(f"{ROOM}/personnes/<uuid:participant>/retirer", guests.remove, name="remove"),
]
