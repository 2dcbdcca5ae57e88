from django.apps import AppConfig


class KioskConfig(AppConfig):
    name = "toubib.kiosk"
    label = "kiosk"

    def ready(self) -> None:
        from toubib.kiosk import receivers  # noqa: F401
