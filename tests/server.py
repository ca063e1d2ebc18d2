"""Loaded by pytest before Django's settings are: a PostgreSQL of the tests' own."""

import os
from pathlib import Path

os.environ.setdefault("STATE", str(Path(__file__).resolve().parent.parent / ".state" / "tests"))
# Each of xdist's processes has its own messages; PostgreSQL is the first process's, which they
# find in the environment, with a database of its own for each.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ["STATE"] += f"/{os.environ['PYTEST_XDIST_WORKER']}"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parrcs.settings")
os.environ["HTTPS"] = "0"
os.environ["STATIC_FROM_SOURCE"] = "1"

from parrcs import embedded

embedded.start_if_needed()
