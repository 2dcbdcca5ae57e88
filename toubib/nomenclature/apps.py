from django.apps import AppConfig


class NomenclatureConfig(AppConfig):
    name = "toubib.nomenclature"
