"""Making England: as much as was asked for, plausible, the same each time, and once."""

import re
from collections import Counter, defaultdict

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessment.models import Judgement
from assessment.selectors.progress import progress_of, strands_due
from parrcs.core.access import Access, Grant, Role
from parrcs.core.tenancy import in_trust
from pupils.choices import TargetOutcome
from pupils.measures import upn_problem
from pupils.models import AttendanceTotal, Placement, Plan, Pupil, TermlyTarget
from pupils.selectors.cohorts import cohort
from reporting.management.commands import seed_demo as command
from reporting.services.demo import PASSWORD
from reporting.services.england import rows
from reporting.services.england.bare_tables import ShapeChanged
from schools.models import ARB, ClassGroup, Membership, School, Term, Trust, User
from tests.reporting.demo.rows import digest, rows_of
from tests.reporting.england import small
from tests.reporting.england.small import DAY, SMALL, catalogue, seed

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def england() -> list[Trust]:
    return list(Trust.objects.filter(uid__startswith="england-").order_by("uid"))


def leading(trust: Trust) -> Access:
    return Access(person_id=0, trust_id=trust.pk, grants=(Grant(Role.TRUST_LEAD),))


def test_there_is_as_much_as_was_asked_for_and_nothing_that_was_not_due():
    before = catalogue()
    made = seed()
    assert catalogue() == before
    counted: Counter[str] = Counter()
    for trust in england():
        with in_trust(trust.pk):
            counted["schools"] += School.objects.filter(of_trust=True).count()
            for model in (ARB, Pupil, Placement, Plan, TermlyTarget, Judgement):
                counted[model.__name__] += model.objects.count()
            _every_judgement_was_due(trust)
            _each_pupil_has_a_place_in_each_year()
            _targets_are_met_by_about_seven_in_ten()
    assert (counted["schools"], counted["ARB"]) == (SMALL.schools, SMALL.arbs)
    assert counted["Pupil"] == counted["Plan"] == SMALL.pupils
    assert counted["Placement"] == 4 * SMALL.pupils
    assert counted["TermlyTarget"] == 9 * SMALL.pupils
    assert counted["Judgement"] == made.rows["judgements"]
    assert made.rows["trusts"] == len(england()) == SMALL.trusts
    # All is due in eight terms; in the ninth, whose window is open, some is in.
    assert 8 * 12 * SMALL.pupils < counted["Judgement"] < 9 * 12 * SMALL.pupils


def _every_judgement_was_due(trust: Trust) -> None:
    judged = Counter(Judgement.objects.values_list("term", flat=True))
    for number, term in enumerate(Term.objects.order_by("starts_on")):
        pupils = cohort(leading(trust), term=term)
        placed = pupils.placements.values_list("route", flat=True)
        due = strands_due(term)
        number_due = sum(len(due.get(route, ())) for route in placed)
        progress = progress_of(pupils)
        assert len(progress) == judged[term.pk]
        assert all(each.indicator is not None for each in progress)
        if number in range(1, 9):
            assert len(progress) == number_due == 12 * len(placed)
        elif number == 9:
            assert 0 < len(progress) <= number_due
        else:
            # Before the first term nothing was due yet; after this one, nothing is judged yet.
            assert not progress
            assert number > 9 or number_due == 0


def _each_pupil_has_a_place_in_each_year() -> None:
    years = defaultdict(list)
    for placement in Placement.objects.select_related("class_group__year").order_by("starts_on"):
        year = placement.class_group.year
        last = year.ends_on if year.ends_on < DAY else None
        assert (placement.starts_on, placement.ends_on) == (year.starts_on, last)
        years[placement.pupil_id].append(year.name)
    names = ["2023/24", "2024/25", "2025/26", "2026/27"]
    assert set(map(tuple, years.values())) == {tuple(names)}
    sizes = Counter(Placement.objects.values_list("class_group", flat=True))
    assert len(sizes) == ClassGroup.objects.count()
    for pupil in Pupil.objects.all():
        assert upn_problem(pupil.upn) == ""


def _targets_are_met_by_about_seven_in_ten() -> None:
    judged = TermlyTarget.objects.filter(judged__isnull=False)
    met = judged.filter(judged__gte=TargetOutcome.MET)
    assert 0.6 < met.count() / judged.count() < 0.8
    for target in TermlyTarget.objects.exclude(carried_from=None).select_related("carried_from"):
        before = target.carried_from
        assert before.pupil_id == target.pupil_id
        was_met = before.judged is not None and before.judged >= TargetOutcome.MET
        if target.walt != before.walt:
            assert was_met
            assert target.walt == before.next_step
        elif was_met:
            assert target.next_step == before.next_step  # the last of the ladder


def test_attendance_is_that_of_special_schools():
    seed()
    possible = attended = 0
    for trust in england():
        with in_trust(trust.pk):
            for each in AttendanceTotal.objects.all():
                possible += each.possible
                attended += each.attended
                assert each.ends_on <= DAY
    assert 0.83 < attended / possible < 0.91


def test_the_same_seed_and_day_give_the_same_rows_and_another_seed_others():
    digests = []
    for number in (small.SEED, small.SEED, small.SEED + 1):
        seed(seed=number)
        digests.append([digest(rows_of(trust)) for trust in england()])
        call_command("flush", database="owner", interactive=False, verbosity=0)
    assert digests[0] == digests[1]
    assert not set(digests[0]) & set(digests[2])


@pytest.mark.parametrize("day", ["2027-02-03", "2027-08-31"])
def test_any_term_can_be_the_current_one(day):
    day = DAY.fromisoformat(day)
    made = seed(on=day)
    for trust in england():
        with in_trust(trust.pk):
            terms = Term.objects.filter(pk__in=Judgement.objects.values("term")).order_by(
                "starts_on"
            )
            assert len(terms) == 9
            assert terms[8].starts_on <= day
            for term in terms[:8]:
                pupils = cohort(leading(trust), term=term)
                assert len(progress_of(pupils)) == 12 * pupils.placements.count()
            assert not Judgement.objects.filter(judged_at__date__gt=day).exists()
    assert made.rows["termly targets"] == 9 * SMALL.pupils


def test_the_command_says_how_far_it_is_and_a_second_run_changes_nothing(capsys, monkeypatch):
    monkeypatch.setattr(command, "ENGLAND", SMALL)
    call_command("seed_demo", "--scale", "england", "--on", f"{DAY}")
    said = capsys.readouterr().out
    assert "Step 6 of 8: Judgements" in said
    assert re.search(r"Judgements: (\S+) of \1\n", said)
    assert re.search(r"\n +90  pupils\n", said)
    assert re.search(r"\n +\d+\.\d  in all\n", said)
    before = [digest(rows_of(trust)) for trust in england()]
    call_command("seed_demo", "--scale", "england", "--seed", "8", "--trusts", "1")
    said = capsys.readouterr().out
    assert "England is here already; nothing has changed." in said
    assert "lead.001@england.example" in said
    assert PASSWORD in said
    assert [digest(rows_of(trust)) for trust in england()] == before


def test_fewer_trusts_are_each_as_large(monkeypatch):
    monkeypatch.setattr(command, "ENGLAND", SMALL)
    call_command("seed_demo", "--scale", "england", "--trusts", "1", "--on", f"{DAY}")
    (trust,) = england()
    with in_trust(trust.pk):
        assert School.objects.filter(of_trust=True).count() == SMALL.schools / 2
        assert Pupil.objects.count() == SMALL.pupils / 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--trusts", "3"], "--trusts goes with --scale england"),
        (["--scale", "england", "--trusts", "101"], "a number from 1 to 100"),
        (["--scale", "england", "--trusts", "-1"], "a number from 1 to 100"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, words):
    with pytest.raises(CommandError, match=words):
        call_command("seed_demo", *options)
    assert not Trust.objects.exists()


def judgements_of_another_trust(lines: list[str]) -> list[str]:
    """Let each judgement point at its pupil from the other trust."""
    first, second = (str(trust_id) for trust_id in sorted({line.split("\t")[0] for line in lines}))
    swapped = {first: second, second: first}
    trust_id, rest = lines[0].split("\t", 1)
    return [f"{swapped[trust_id]}\t{rest}", *lines[1:]]


WRONG = {
    "judgement_lines": {
        "of another trust": judgements_of_another_trust,
        "twice": lambda lines: [*lines, lines[0]],
    },
    "placement_lines": {"twice at once": lambda lines: [*lines, lines[-1]]},
}


@pytest.mark.parametrize(
    ("table", "how"), [(table, how) for table, ways in WRONG.items() for how in ways]
)
def test_a_wrong_row_leaves_nothing_behind(table, how, monkeypatch):
    before, right = catalogue(), getattr(rows.England, table)
    monkeypatch.setattr(
        rows.England,
        table,
        lambda self: iter([WRONG[table][how]([line for lines in right(self) for line in lines])]),
    )
    with pytest.raises(IntegrityError):
        seed()
    assert not Trust.objects.exists()
    assert not User.objects.exists()
    assert catalogue() == before


def test_a_table_that_comes_back_otherwise_is_refused(monkeypatch):
    before = catalogue()

    def forgetful(*args):
        taken = take_off(*args)
        taken.back.pop()
        return taken

    from reporting.services.england import seeding  # noqa: PLC0415

    take_off = seeding.take_off
    monkeypatch.setattr(seeding, "take_off", forgetful)
    with pytest.raises(ShapeChanged):
        seed()
    assert catalogue() == before


def test_its_people_sign_in_and_see_numbers():
    today = timezone.localdate()
    seed(on=today)
    client = Client()
    assert client.login(email="lead.002@england.example", password=PASSWORD)
    page = client.get(reverse("compare"))
    assert page.status_code == 200
    shown = page.context["comparison"]
    assert shown.schools == SMALL.schools / 2
    # The page begins with the core areas: eight of the twelve strands.
    assert shown.total.tally.due == 8 * SMALL.pupils / 2
    assert 0 < shown.total.tally.judged < shown.total.tally.due
    assert client.login(email="teacher.001@england.example", password=PASSWORD)
    assert client.get(reverse("classes")).status_code == 200
    assert client.login(email="head.001@england.example", password=PASSWORD)
    assert client.get(reverse("pupils")).status_code == 200
    with in_trust(england()[0].pk):
        assert Membership.objects.filter(role=Role.TEACHER).count() > 3
