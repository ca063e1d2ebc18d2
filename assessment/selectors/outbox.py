"""The keys under which a browser keeps judgements that have not reached the server yet.

See docs/adr/0014-an-outbox-sealed-in-the-browser.md.
"""

from base64 import b64encode
from collections.abc import Iterable

from django.conf import settings
from django.utils.crypto import salted_hmac

from parrcs.core.access import Access
from schools.selectors.people import Workplace

# A new number here makes new keys; what waits under the old ones could not be read any more.
_KEY, _MARK = "parrcs.outbox.key.1", "parrcs.outbox.mark.1"


def outbox_keys(access: Access) -> list[dict[str, str]]:
    """Return the keys of this person in this trust, the one to seal with first.

    Those after it come from secrets that were replaced: they only open what was sealed before.
    """
    return [
        {
            "mark": _mark(access, secret),
            "key": b64encode(_derived(_KEY, access, secret)).decode("ascii"),
        }
        for secret in _secrets()
    ]


def outbox_places(workplaces: Iterable[Workplace]) -> dict[str, str]:
    """Return the names of the trusts a person works in, by the mark of what waits for them."""
    return {
        _mark(place.access, secret): place.name for place in workplaces for secret in _secrets()
    }


def _secrets() -> list[str]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _mark(access: Access, secret: str) -> str:
    """Tell whose entry it is to those who know the secret, and nobody else."""
    return _derived(_MARK, access, secret)[:16].hex()


def _derived(purpose: str, access: Access, secret: str) -> bytes:
    whose = f"{access.person_id} in {access.trust_id}"
    return salted_hmac(purpose, whose, secret=secret, algorithm="sha256").digest()
