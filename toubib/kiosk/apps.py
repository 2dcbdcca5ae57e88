from django.apps import AppConfig


class KioskConfig(AppConfig):
    name = "toubib.kiosk"
    label = "kiosk"
