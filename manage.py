#!/usr/bin/env python
"""Run a Django command, with PostgreSQL at hand even when none is configured."""

import os
import sys

from django.core.management import execute_from_command_line

from parrcs import embedded

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parrcs.settings")
    embedded.start_if_needed()
    execute_from_command_line(sys.argv)
