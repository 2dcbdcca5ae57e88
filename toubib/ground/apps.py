from django.apps import AppConfig


class GroundConfig(AppConfig):
    name = "toubib.ground"
    label = "ground"
