from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    name = "toubib.territory"
    label = "territory"
