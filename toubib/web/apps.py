from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "toubib.web"
    label = "web"

    def ready(self) -> None:
        from toubib.web import receivers  # noqa: F401
