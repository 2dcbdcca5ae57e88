"""The patient's path before the line. No address carries an id of a person or of a ticket."""

from __future__ import annotations

from django.urls import path

from toubib.waiting.views import answers, finish, health, identity, price, signs

app_name = "waiting"
urlpatterns = [
    path("consulter", signs.path, name="path"),
    path("consulter/signes", signs.signs, name="signs"),
    path("consulter/appelez", signs.call_now, name="call_now"),
    path("consulter/lieu", answers.place, name="place"),
    path("consulter/lieu/communes", answers.communes, name="communes"),
    path("consulter/pour-qui", answers.for_whom, name="for_whom"),
    path("consulter/motif", answers.reason, name="reason"),
    path("consulter/medecin-traitant", answers.medecin_traitant, name="medecin_traitant"),
    path("consulter/medecin-traitant/medecins", answers.doctors, name="doctors"),
    path("consulter/identite", identity.identity, name="identity"),
    path("consulter/identite/code", identity.code, name="identity_code"),
    path("consulter/prix", price.price, name="price"),
    path("consulter/sante", health.health, name="health"),
    path("consulter/sante/fichiers/<uuid:attachment_id>", health.show_file, name="file"),
    path("consulter/sante/fichiers/<uuid:attachment_id>/retirer", health.remove_file, name="file_remove"),
    path("consulter/consentements", finish.consents, name="consents"),
    path("consulter/test", finish.device_test, name="test"),
    path("consulter/test/resultat", finish.test_result, name="test_result"),
    path("consulter/pret", finish.ready, name="ready"),
    path("consulter/pause", signs.pause, name="pause"),
    path("consulter/arreter", signs.stop, name="stop"),
]
