from __future__ import annotations

from django.urls import path

from toubib.billing.views import direction, doctor, payer

app_name = "billing"
urlpatterns = [
    path("consulter/payeur", payer.payer, name="payer"),
    path("cabinet/facturation/<uuid:encounter>", doctor.claim, name="doctor_claim"),
    path("direction/facturation", direction.claims, name="claims"),
    path("direction/facturation/transmettre", direction.export, name="export"),
    path("direction/facturation/lots/<uuid:batch>.csv", direction.batch_csv, name="batch_csv"),
    path("direction/facturation/lots/<uuid:batch>.json", direction.batch_json, name="batch_json"),
    path("direction/facturation/contrats", direction.plans, name="plans"),
    path("direction/facturation/contrats/<uuid:cover>/finir", direction.end, name="end_cover"),
    path("direction/facturation/<uuid:claim>", direction.claim, name="claim"),
]
