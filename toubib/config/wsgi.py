"""The pages, as a WSGI application."""

import os

from django.core.wsgi import get_wsgi_application
from django.utils import timezone

from toubib.nomenclature import warm as nomenclature
from toubib.rulebook import live as rulebook

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toubib.config.settings")
application = get_wsgi_application()
# Beside the first pages: nobody waits for the rule book to compile, nor for the lists of medicines to be read
rulebook.warm_soon(on=timezone.localdate())
nomenclature.warm_soon()
