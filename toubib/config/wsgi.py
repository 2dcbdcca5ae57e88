"""The pages, as a WSGI application."""

import os

from django.core.wsgi import get_wsgi_application
from django.utils import timezone

from toubib.rulebook.live import warm_soon

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toubib.config.settings")
application = get_wsgi_application()
warm_soon(on=timezone.localdate())  # beside the first pages: nobody waits for the rule book to compile
