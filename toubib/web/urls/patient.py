"""The patient from the waiting room on, guests, and « Mon espace »."""

from django.urls import path

from toubib.web.views import aftercare, call, guests, mine, papers, space, waiting_actions, waiting_room

LINE = "attente/<uuid:ticket>"
VISIT = "consultation/<uuid:encounter>"
urlpatterns = [
    path(LINE, waiting_room.waiting_room, name="waiting_room"),
    path(f"{LINE}/etat", waiting_room.state, name="waiting_state"),
    path(f"{LINE}/aggravation", waiting_actions.worsening, name="waiting_worsening"),
    path(f"{LINE}/sortir", waiting_actions.go_out, name="waiting_go_out"),
    path(f"{LINE}/revenir", waiting_actions.return_to_line, name="waiting_return"),
    path(f"{LINE}/quitter", waiting_actions.leave, name="waiting_leave"),
    path(f"{LINE}/autre-medecin", waiting_actions.decline, name="waiting_decline"),
    path(f"{LINE}/lieu", waiting_actions.place, name="waiting_place"),
    path(f"{LINE}/photo", waiting_actions.photo, name="waiting_photo"),
    path(f"{LINE}/inviter", waiting_actions.invite, name="waiting_invite"),
    path(f"{LINE}/invites", waiting_room.invites, name="waiting_invites"),
    path(f"{LINE}/invites/<uuid:invite>/retirer", waiting_actions.withdraw_invite, name="waiting_uninvite"),
    path("salle/<uuid:room>", call.call, name="call"),
    path("salle/<uuid:room>/invites", call.guest_list, name="call_guests"),
    path("salle/<uuid:room>/invites/<uuid:invite>", call.answer_guest, name="call_guest_answer"),
    path("salle/<uuid:room>/fin", call.over, name="call_over"),
    path("invite/porte", guests.door, name="guest_door"),
    path("invite/porte/etat", guests.door_state, name="guest_door_state"),
    path("invite/<str:token>", guests.invitation, name="invitation"),
    path(VISIT, aftercare.visit, name="visit"),
    path(f"{VISIT}/etat", aftercare.visit_state, name="visit_state"),
    path(f"{VISIT}/documents", aftercare.visit_documents, name="visit_documents"),
    path(f"{VISIT}/prix", aftercare.visit_price, name="visit_price"),
    path(f"{VISIT}/avis", aftercare.rate, name="visit_rate"),
    path(f"{VISIT}/tache", aftercare.task, name="visit_task"),
    path(f"{VISIT}/reclamation", aftercare.complaint, name="visit_complaint"),
    path("mon-espace", space.space, name="space"),
    path("mon-espace/consultations", space.visits, name="visits"),
    path("mon-espace/documents", papers.documents, name="documents"),
    path("mon-espace/documents/<uuid:document_id>", papers.document, name="document"),
    path("mon-espace/acces", papers.accesses, name="accesses"),
    path("mon-espace/accords", mine.consents, name="consents"),
    path("mon-espace/accords/<uuid:consent>/retirer", mine.withdraw, name="consent_withdraw"),
    path("mon-espace/mes-donnees", mine.my_data, name="my_data"),
    path("mon-espace/mes-donnees/copie", mine.export, name="my_data_export"),
    path("mon-espace/mes-donnees/copies", mine.copies, name="my_data_copies"),
    path("mon-espace/mes-donnees/copie/<uuid:copy_id>.zip", mine.download, name="my_data_copy"),
    path("mon-espace/mes-donnees/effacer", mine.erase, name="my_data_erase"),
]
