"""The medical director's pages and the compliance officer's."""

from __future__ import annotations

from django.urls import path

from toubib.web.views import caps, compliance, direction, managed_places, measures, rights, unanswered

urlpatterns = [
    path("direction", direction.today, name="direction"),
    path("direction/rappels", direction.follow_up_list, name="direction_follow_ups"),
    path("direction/rappels/<uuid:follow_up>", direction.follow_up, name="direction_follow_up"),
    path("direction/reclamations", direction.complaint_list, name="direction_complaints"),
    path("direction/reclamations/<uuid:complaint>", direction.complaint, name="direction_complaint"),
    path("direction/suites", unanswered.unanswered, name="direction_unanswered"),
    path("direction/suites/envoi/<uuid:delivery>", unanswered.one_delivery, name="direction_delivery"),
    path("direction/suites/tache/<uuid:task>", unanswered.one_task, name="direction_task"),
    path("direction/qualite", direction.quality, name="direction_quality"),
    path("direction/seuils", caps.caps, name="direction_caps"),
    path("direction/seuils.csv", caps.caps_csv, name="direction_caps_csv"),
    path("direction/lieux", managed_places.managed, name="managed_places"),
    path("direction/lieux/<uuid:place_id>", managed_places.one, name="managed_place"),
    path("administration/lieux/<uuid:place>/appareils", measures.units, name="units"),
    path("administration/appareils/<uuid:unit>/retirer", measures.take_away, name="unit_away"),
    path("conformite", compliance.journal, name="compliance"),
    path("conformite/chercher", compliance.find, name="compliance_find"),
    path("conformite/journal.csv", compliance.journal_csv, name="compliance_csv"),
    path("conformite/chaine", compliance.chain, name="compliance_chain"),
    path("conformite/reclamations", compliance.complaint_list, name="compliance_complaints"),
    path("conformite/reclamations.csv", compliance.complaints_csv, name="compliance_complaints_csv"),
    path("conformite/traitements", compliance.processing, name="compliance_processing"),
    path("conformite/traitements.csv", compliance.processing_csv, name="compliance_processing_csv"),
    path("conformite/droits", compliance.rights, name="compliance_rights"),
    path("conformite/droits/<uuid:erasure_id>", rights.erasure, name="compliance_erasure"),
    path("conformite/dossiers/<uuid:patient_id>", rights.record, name="compliance_record"),
    path("conformite/droits.csv", compliance.rights_csv, name="compliance_rights_csv"),
]
