from django.apps import AppConfig
from django.db.backends.signals import connection_created

from toubib.ground.times import read_times_at_once


class GroundConfig(AppConfig):
    name = "toubib.ground"
    label = "ground"

    def ready(self) -> None:
        connection_created.connect(read_times_at_once, dispatch_uid="ground.times")
