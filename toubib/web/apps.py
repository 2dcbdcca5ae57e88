from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "toubib.web"
    label = "web"
