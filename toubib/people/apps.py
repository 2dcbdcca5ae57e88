from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "toubib.people"
    label = "people"
