from __future__ import annotations

from django.urls import path

from toubib.ui import views

app_name = "ui"
urlpatterns = [
    path("langue", views.switch_language, name="language"),
    path("theme", views.switch_theme, name="theme"),
    path("ui/composants", views.show_sheet, name="sheet"),
]
