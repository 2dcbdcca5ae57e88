from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "toubib.record"
    label = "record"
