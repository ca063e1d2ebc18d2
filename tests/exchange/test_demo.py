"""The demo's import: there once, checked, with something to apply and something to mend."""

from exchange.models import Import
from exchange.services.demo import seed_imports
from pupils.models import Pupil
from tests.exchange.conftest import counts, upn
from tests.world import World


def test_the_demo_has_a_list_to_look_at(world: World) -> None:
    """The standing cast has a head of the same address as the demo has."""
    Pupil.objects.filter(pk=world.pupils[0].pk).update(upn=upn(7))
    seed_imports()
    seed_imports()
    assert counts(Import.objects.get()) == ("checked", 3, 1, 0, 2)


def test_without_the_demo_nothing_is_sent(db: None) -> None:
    seed_imports()
    assert not Import.objects.exists()
