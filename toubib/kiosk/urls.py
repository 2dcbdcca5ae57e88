"""Pages of a machine (`/borne`), and of who looks after machines."""

from __future__ import annotations

from django.urls import path

from toubib.kiosk.views import end, enrol, flow, idle, manage, state

app_name = "kiosk"
urlpatterns = [
    path("borne", idle.idle, name="idle"),
    path("borne/attente", idle.wait_now, name="wait_now"),
    path("borne/ouvrir", idle.begin, name="begin"),
    path("borne/panne", idle.offline, name="offline"),
    path("borne/hors-ligne.js", idle.worker, name="worker"),
    path("borne/enrolement", enrol.enrol, name="enrol"),
    path("borne/cle", enrol.present_key, name="key"),
    path("borne/demo", enrol.enrol_demo, name="demo"),
    path("borne/etat", state.report, name="report"),
    path("borne/aide", state.ask_help, name="help"),
    path("borne/telephone", flow.phone, name="phone"),
    path("borne/piece", flow.room, name="room"),
    path("borne/mesures", flow.measures, name="measures"),
    path("borne/fin", end.leaving, name="leaving"),
    path("borne/fin/documents", end.papers, name="papers"),
    path("borne/fin/documents/<uuid:document_id>.pdf", end.paper, name="paper"),
    path("borne/effacer", end.wipe, name="wipe"),
    path("administration/bornes", manage.machines, name="machines"),
    path("administration/bornes/<uuid:machine_id>/retirer", manage.revoke, name="machine_revoke"),
]
