from django.apps import AppConfig


class WaitingConfig(AppConfig):
    name = "toubib.waiting"
    label = "waiting"
