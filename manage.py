#!/usr/bin/env python3
"""For developers (makemigrations, shell). Operators use `toubib`."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toubib.config.settings")
    execute_from_command_line(sys.argv)
