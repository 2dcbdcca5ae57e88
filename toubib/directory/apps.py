from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "toubib.directory"
    label = "directory"
