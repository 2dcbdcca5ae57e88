from django.apps import AppConfig


class ActivityConfig(AppConfig):
    name = "toubib.activity"
    label = "activity"
