"""The post of whoever assists, and the medical director's page of assignments and protocols."""

from __future__ import annotations

from django.urls import path

from toubib.kiosk.views import counter, counter_acts, counter_gesture, direction

app_name = "counter"
urlpatterns = [
    path("comptoir", counter.counter, name="counter"),
    path("comptoir/etat", counter.part, name="part"),
    path("comptoir/actes", counter_acts.acts, name="acts"),
    path("comptoir/actes/fichier", counter_acts.file, name="acts_file"),
    path("comptoir/<uuid:place>/quinze", counter.fifteen, name="fifteen"),
    path("comptoir/borne/<uuid:machine>/cabine", counter.cabin, name="cabin"),
    path("comptoir/borne/<uuid:machine>/ouvrir", counter.start, name="open"),
    path("comptoir/seance/<uuid:session>/arreter", counter.stop, name="stop"),
    path("comptoir/seance/<uuid:session>/sans-telephone", counter.vouch_for, name="vouch"),
    path("comptoir/seance/<uuid:session>/aupres", counter.beside, name="beside"),
    path("comptoir/presence/<uuid:presence>/sortir", counter.leave, name="leave"),
    path("comptoir/demande/<uuid:ticket>/rappeler", counter.back, name="back"),
    path("comptoir/geste/<uuid:gesture>", counter_gesture.gesture, name="gesture"),
    path("borne/sans-telephone", counter.enter, name="enter"),
    path("direction/assistance", direction.assistance, name="direction"),
    path("direction/assistance/affectation/<uuid:posting>/finir", direction.end_post, name="end_post"),
    path(
        "direction/assistance/protocole/<uuid:protocol>/finir", direction.end_delegation, name="end_protocol"
    ),
]
