"""Loaded by pytest before Django's settings are: a PostgreSQL of the tests' own."""

import os
from pathlib import Path

os.environ.setdefault(
    "STATE", str(Path(__file__).resolve().parent.parent / ".state" / "tests")
)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parrcs.settings")
os.environ["HTTPS"] = "0"
os.environ["STATIC_FROM_SOURCE"] = "1"

from parrcs import embedded

embedded.start_if_needed()
