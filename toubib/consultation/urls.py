from __future__ import annotations

from django.urls import path

from toubib.consultation.views import api

app_name = "consultation"
urlpatterns = [
    path("salle/<uuid:room>/acces", api.credentials, name="credentials"),
    path("salle/<uuid:room>/mesures", api.measures, name="measures"),
    path("salle/<uuid:room>/messages", api.messages, name="messages"),
    path("relais/test", api.ice_test, name="ice_test"),
]
