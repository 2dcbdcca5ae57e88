from django.apps import AppConfig


class ConsultationConfig(AppConfig):
    name = "toubib.consultation"
    label = "consultation"

    def ready(self) -> None:
        from toubib.consultation import receivers  # noqa: F401
