from django.apps import AppConfig


class AssistanceConfig(AppConfig):
    name = "toubib.assistance"

    def ready(self) -> None:
        from toubib.assistance import receivers  # noqa: F401
