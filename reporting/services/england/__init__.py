"""As many trusts, schools and pupils as England has, to see what PARRCS is like at that size."""

from reporting.services.england.people import example_accounts
from reporting.services.england.seeding import Made, seed_england
from reporting.services.england.sizes import ENGLAND, Sizes

__all__ = ["ENGLAND", "Made", "Sizes", "example_accounts", "seed_england"]
