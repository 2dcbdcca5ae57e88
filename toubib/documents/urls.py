from __future__ import annotations

from django.urls import path

from toubib.documents import views

app_name = "documents"
urlpatterns = [
    path("documents/<uuid:document_id>.pdf", views.show, name="show"),
    path("verifier", views.verify, name="verify"),
    path("verifier/<str:code>", views.verify_code, name="verify_code"),
]
