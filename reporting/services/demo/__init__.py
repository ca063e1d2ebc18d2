"""A believable trust to look at PARRCS with: always the same from the same seed and day."""

from reporting.services.demo.early import EARLY_ACCOUNT
from reporting.services.demo.material import accounts
from reporting.services.demo.people import PASSWORD
from reporting.services.demo.seeding import AlreadySeededError, seed_demo

__all__ = ["EARLY_ACCOUNT", "PASSWORD", "AlreadySeededError", "accounts", "seed_demo"]
