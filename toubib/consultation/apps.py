from django.apps import AppConfig


class ConsultationConfig(AppConfig):
    name = "toubib.consultation"
    label = "consultation"
