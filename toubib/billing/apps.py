from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "toubib.billing"
    label = "billing"

    def ready(self) -> None:
        from toubib.billing import receivers  # noqa: F401
