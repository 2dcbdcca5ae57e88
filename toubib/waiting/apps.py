from django.apps import AppConfig


class WaitingConfig(AppConfig):
    name = "toubib.waiting"
    label = "waiting"

    def ready(self) -> None:
        from toubib.waiting import checks, receivers  # noqa: F401
