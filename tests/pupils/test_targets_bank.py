"""The bank of the trust's past targets: found by their words, and nobody's by name."""

import re

import pytest
from django.urls import reverse

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.choices import AreaOfNeed, TargetOutcome
from pupils.models import Pupil, TermlyTarget
from pupils.selectors.target_bank import nameless, target_bank
from tests.factories.pupils import OutcomeFactory, PlanFactory, PupilFactory, TermlyTargetFactory
from tests.pupils.conftest import words
from tests.pupils.test_targets import typed

SAM = "Sam"


def bank(world, said, role=Role.TEACHER, **more):
    return target_bank(world.access(role), words=said, **more)


@pytest.fixture
def past(world):
    """Past targets of pupils of both schools."""
    Pupil.objects.filter(pk=world.pupils[0].pk).update(first_name=SAM, last_name="O'Brien-Şahin")
    Pupil.objects.filter(pk=world.pupils[1].pk).update(first_name="Grace", last_name="van Dam")
    rows = [
        (world.pupils[0], "communication", "Sam asks for help", "hands a card over twice", 3),
        (world.pupils[1], "communication", "Grace asks for help", "Hands a card over twice.", 1),
        (
            world.other_pupils[0],
            "semh",
            "sam\u2019s friend asks for help",
            "hands over a card",
            None,
        ),
        (world.other_pupils[1], "cognition", "count cards", "counts five cards in a lesson", 4),
        (world.other_pupils[1], "cognition", "count  Cards", "counts five cards in a lesson", 2),
        (world.arb_pupils[0], "sensory", "wash hands", "uses soap daily, with no help", None),
    ]
    for position, (pupil, area, walt, wilf, judged) in enumerate(rows, start=1):
        TermlyTargetFactory(
            outcome=OutcomeFactory(plan=PlanFactory(pupil=pupil), area=area),
            term=world.terms[2],
            position=position,
            walt=walt,
            wilf=wilf,
            judged=judged,
        )


def test_words_find_wordings_in_any_form_each_once_and_the_nearest_first(world, past):
    found = bank(world, "counting card")
    assert [(each.walt, each.used, each.judged, each.met) for each in found] == [
        ("count cards", 2, 2, 1)
    ]
    assert found[0].areas == (AreaOfNeed.COGNITION.label,)
    # All words have to be there; WALT weighs more than WILF.
    assert bank(world, "hands")[0].walt == "wash hands"
    assert bank(world, "hands soap counting") == []
    assert bank(world, "soap", area=AreaOfNeed.COGNITION) == []
    assert len(bank(world, "soap", area=AreaOfNeed.SENSORY)) == 1
    for nothing in ("", "  ", "the of", "!!!", "'&|:*(", "a\\"):
        assert bank(world, nothing) == []


def test_no_name_is_shown_and_none_finds_anything(world, past):
    found = bank(world, "help card")
    shown = [f"{each.walt} {each.wilf}" for each in found]
    # Two that differ in the name alone are one, used twice.
    assert ("[name] asks for help", 2, 2, 1) in [
        (each.walt, each.used, each.judged, each.met) for each in found
    ]
    assert any(text.startswith("[name]\u2019s friend") for text in shown)
    assert not any(re.search(r"sam|grace|brien|ahin|dam", text, re.IGNORECASE) for text in shown)
    for name in (SAM, "sam help", "Grace", "grace card", "sam's", "O'Brien", "-sam help"):
        assert bank(world, name) == []
    # The same question without the name is answered.
    assert len(bank(world, "asks help")) == 2


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Sam counts", "[name] counts"),
        ("SAM counts, sam waits", "[name] counts, [name] waits"),
        ("Sams turn with a peer", "[name] turn with a peer"),
        ("Sam's book and Sam\u2019s cup", "[name]\u2019s book and [name]\u2019s cup"),
        ("O'Brien, O\u2019Brien or BRIEN", "[name], [name] or [name]"),
        ("O\u02bcBrien, O`brien or \u2018Sam\u2019", "[name], [name] or \u2018[name]\u2019"),
        ("with Anne-Sam and Sahin", "with [name] and [name]"),
        ("S\u0327ahin writes", "[name] writes"),  # an accent typed apart
        ("the same sample of samba", "the same sample of samba"),
        ("a van for o", "a [name] for o"),
    ],
)
def test_every_word_that_is_a_name_is_replaced(text, shown):
    names = frozenset({"sam", "o'brien", "brien", "sahin", "van"})
    assert nameless(text, names) == shown


def test_whoever_records_may_look_and_nobody_beyond_the_trust(world, foreign, past, sign_in):
    with in_trust(foreign.trust.pk):
        TermlyTargetFactory(
            outcome=OutcomeFactory(plan=PlanFactory(pupil=foreign.pupils[0])),
            term=foreign.term,
            walt="paddle a canoe",
            wilf="paddles for two minutes",
        )
    assert bank(world, "canoe", Role.TRUST_LEAD) == []
    assert len(bank(world, "soap", Role.TEACHER)) == 1  # of a pupil that the teacher does not see
    for role in (Role.INCLUSION_LEAD, Role.GOVERNOR, Role.TRUST_ADMIN):
        assert bank(world, "soap", role) == []
    # Nothing in the page tells whose it was.
    url = reverse("target_bank", args=[world.pupils[2].pk])
    page = sign_in(Role.TEACHER).get(url, {"q": "soap"})
    assert "wash hands uses soap daily, with no help Sensory and physical · used 1 time" in words(
        page
    )
    shown = page.content.decode()
    hers = TermlyTarget.objects.get(walt="wash hands")
    assert f"targets/{hers.pk}/" not in shown
    assert f"pupils/{hers.pupil_id}/" not in shown
    assert world.arb_pupils[0].last_name not in shown
    for asked in ({"q": "x" * 121}, {"q": "a\x00"}, {"q": "soap", "area": "nonsense"}):
        assert sign_in(Role.TEACHER).get(url, asked).status_code == 200


def test_a_wording_is_put_into_a_form_and_saved_from_there(world, past, sign_in):
    teacher, pupil = sign_in(Role.TEACHER), world.pupils[2]
    outcome = OutcomeFactory(plan=PlanFactory(pupil=pupil))
    url = reverse("target_add", args=[pupil.pk])
    chosen = {"fill": "1", "walt": "wash hands", "wilf": "uses soap daily"} | {
        "term": world.term.pk,
        "outcome": outcome.pk,
    }
    form = teacher.post(url, chosen).context["form"]
    assert (form["walt"].value(), form["wilf"].value()) == ("wash hands", "uses soap daily")
    assert not TermlyTarget.objects.filter(pupil=pupil).exists()
    teacher.post(url, typed(world.term, outcome, walt="wash hands"))
    assert TermlyTarget.objects.get(pupil=pupil).walt == "wash hands"


def test_the_bank_costs_the_same_however_much_is_in_it(world, past, counted):
    teacher = world.access(Role.TEACHER)
    with counted() as few:
        target_bank(teacher, words="card")
    for n in range(30):
        TermlyTargetFactory(
            outcome=OutcomeFactory(plan=PlanFactory(pupil=PupilFactory())),
            term=world.terms[1],
            walt=f"card {n}",
            judged=TargetOutcome.MET,
        )
    with counted() as many:
        assert len(target_bank(teacher, words="card")) == 12
    assert len(few) == len(many) == 4
