"""The demo's import and its leaver: there once, with something to apply and something to erase."""

from django.utils import timezone

from assessment.models import Note
from exchange.models import AccessRequest, Import
from exchange.selectors.retention import due_records
from exchange.services.demo import seed_imports, seed_keeping
from parrcs.core.access import Role
from pupils.measures import upn_problem
from pupils.models import Pupil
from tests.exchange.conftest import counts, upn
from tests.world import World


def test_the_demo_has_a_list_to_look_at(world: World) -> None:
    """The standing cast has a head of the same address as the demo has."""
    Pupil.objects.filter(pk=world.pupils[0].pk).update(upn=upn(7))
    seed_imports()
    seed_imports()
    assert counts(Import.objects.get()) == ("checked", 3, 1, 0, 2)


def test_the_demo_has_a_leaver_who_is_due(world: World) -> None:
    seed_keeping()
    seed_keeping()
    assert AccessRequest.objects.count() == 1
    (gone,) = due_records(world.access(Role.TRUST_LEAD), today=timezone.localdate()).names
    assert (str(gone), upn_problem(gone.upn)) == ("Rowan Ashby", "")
    assert Note.objects.exclude(pupil=gone).filter(text__contains="Rowan Ashby").count() == 1


def test_without_the_demo_nothing_is_sent(db: None) -> None:
    seed_imports()
    seed_keeping()
    assert not AccessRequest.objects.exists()
    assert not Import.objects.exists()
