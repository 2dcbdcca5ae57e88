from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "toubib.rights"
    label = "rights"
