from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "toubib.rights"
    label = "rights"

    def ready(self) -> None:
        from toubib.rights import receivers  # noqa: F401
