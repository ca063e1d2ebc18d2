"""A list of termly targets: written, corrected and judged as by hand, and taken back."""

import datetime as dt
from typing import Any

from exchange.models import Import
from parrcs.core.access import Role
from pupils.models import Outcome, TermlyTarget
from pupils.selectors.pupils import pupil_file
from pupils.services.target_writing import change_target
from schools.models import Window
from tests.exchange.conftest import Desk, as_csv, counts
from tests.factories.pupils import OutcomeFactory
from tests.world import World, give_target

HEADINGS = ("UPN", "Term", "EHCP Outcome", "Target", "Success Criteria", "Next steps", "Result")


def line(pupil: Any, walt: str = "wait for a turn", **other: str) -> list[str]:
    """Return a line for a pupil."""
    said = {
        "term": "Autumn 2026",
        "outcome": "",
        "wilf": "waits twice a day",
        "next": "",
        "how": "",
    }
    said |= other
    names = ("term", "outcome", "wilf", "next", "how")
    term, outcome, wilf, after, how = (said.get(name, "") for name in names)
    return [pupil.upn, term, outcome, walt, wilf, after, how]


def send(desk: Desk, *lines: list[str]) -> Import:
    """Send lines and have them checked."""
    return desk.send(as_csv(lines, HEADINGS), "targets", name="targets.csv")


def why(desk: Desk, run: Import) -> list[tuple[str, str]]:
    """Return the first reason of each refused line."""
    return [tuple(each.problems[0]) for each in desk.lines(run) if each.problems]


def test_targets_are_previewed_applied_and_undone(desk: Desk, world: World) -> None:
    one, two = world.pupils[:2]
    stands = give_target(two, world.term)
    give_target(one, world.terms[0])  # brings the outcome
    rows = [
        line(one, how="Met", next="waits three times"),
        line(two, walt="Ask for help with a picture card.", wilf="in four of five", how="partly"),
        line(two, outcome=stands.outcome.text, walt="join in a song"),
    ]
    run = send(desk, *rows)
    assert counts(run) == ("checked", 2, 1, 0, 0), why(desk, run)
    assert TermlyTarget.objects.filter(term=world.term).count() == 1
    assert desk.lines(run)[1].changes == [
        ["WILF", "hands over the card in three of five sessions", "in four of five"],
        ["Judgement", "", "Partly"],
    ]
    run = desk.apply(run)
    assert counts(run) == ("applied", 2, 1, 0, 0)
    made = TermlyTarget.objects.get(pupil=one, term=world.term)
    assert (made.walt, made.wilf, made.next_step, made.judged) == (
        "wait for a turn",
        "waits twice a day",
        "waits three times",
        3,
    )
    assert made.judged_by == world.people[Role.HEAD]
    changed = TermlyTarget.objects.get(pk=stands.pk)
    assert (changed.walt, changed.judged) == ("ask for help with a picture card", 2)
    assert counts(send(desk, *rows)) == ("checked", 0, 0, 3, 0)

    run = desk.undo(run)
    assert (run.state, run.left_lines) == ("undone", 0), [e.left for e in desk.lines(run)]
    again = TermlyTarget.objects.get(term=world.term)
    assert (again.pk, again.wilf, again.judged) == (stands.pk, stands.wilf, None)


def test_what_cannot_be_written_by_hand_is_refused_by_line(desk: Desk, world: World) -> None:
    one, two, three = world.pupils
    target = give_target(one, world.term)
    OutcomeFactory(plan=target.outcome.plan, text="Eats with others.")
    Outcome.objects.filter(pk=target.outcome_id).update(text="Asks for help.")
    give_target(three, world.term)
    run = send(
        desk,
        line(one),
        line(one, outcome="Flies.", walt="fly"),
        line(two),
        line(three, walt="x" * 301),
        line(three, walt="sing", wilf=""),
        line(three, walt="hum", how="Brilliant"),
        line(three, walt="clap", term="Autumn 2025"),
        line(three, walt="tap", term=""),
        line(world.other_pupils[0]),
        line(three, walt="dance"),
        line(three, walt="Dance."),
    )
    assert counts(run) == ("checked", 1, 0, 0, 10)
    found = why(desk, run)
    assert [column for column, _ in found] == [
        "Outcome",
        "Outcome",
        "Outcome",
        "WALT",
        "WILF",
        "Judgement",
        "",
        "Term",
        "UPN",
        "UPN",
    ]
    assert "has 2 outcomes. Write which one." in found[0][1]
    assert "no outcome of these words" in found[1][1]
    assert "no plan with outcomes yet" in found[2][1]
    assert "“Brilliant” is none of Not yet, Partly, Met, Exceeded." in found[5][1]
    assert "Autumn 2025 is over" in found[6][1]


def test_targets_that_differ_in_a_sign_are_not_the_same(desk: Desk, world: World) -> None:
    pupil = world.pupils[0]
    give_target(pupil, world.terms[0])
    walts = ("Walks 2.5 metres", "Walks 25 metres", "+ and -", "- and +", "!", ".")
    run = desk.apply(send(desk, *(line(pupil, walt=walt) for walt in walts)))
    assert counts(run) == ("applied", 6, 0, 0, 0), why(desk, run)
    assert set(TermlyTarget.objects.filter(term=world.term).values_list("walt", flat=True)) >= {
        "Walks 2.5 metres",
        "Walks 25 metres",
    }
    meant = send(desk, line(pupil, walt="WALKS  2.5 metres."), line(pupil, walt="walks 2 5 metres"))
    assert counts(meant) == ("checked", 1, 0, 1, 0)


def test_an_outcome_is_known_by_all_its_words(desk: Desk, world: World) -> None:
    pupil = world.pupils[0]
    target = give_target(pupil, world.terms[0])
    Outcome.objects.filter(pk=target.outcome_id).update(text="Counts to 1.5.")
    named = ("Counts to 15", "?", "counts to 1.5")
    run = send(desk, *(line(pupil, outcome=text, walt=f"count {text}") for text in named))
    assert counts(run) == ("checked", 1, 0, 0, 2)
    assert all("no outcome of these words" in words for _, words in why(desk, run))


def test_a_judgement_is_read_whole(desk: Desk, world: World) -> None:
    pupil = world.pupils[0]
    give_target(pupil, world.terms[0])
    doubtful = ("Met partly", "Met: no", "1 of 4 met", "3 Partly", "Not met", "2-3")
    clear = {"3 Met": 3, "1 - Not yet": 1, "4": 4, "PARTLY": 2}
    said = [line(pupil, walt=f"try {how}", how=how) for how in (*doubtful, *clear)]
    run = send(desk, *said)
    assert counts(run) == ("checked", len(clear), 0, 0, len(doubtful))
    assert {column for column, _ in why(desk, run)} == {"Judgement"}
    desk.apply(run)
    made = TermlyTarget.objects.filter(term=world.term)
    assert {each.walt.removeprefix("try "): each.judged for each in made} == clear


def test_a_judgement_takes_an_open_window(desk: Desk, world: World) -> None:
    target = give_target(world.pupils[0], world.term)
    Window.objects.update(closes_on=dt.date(2020, 1, 1))
    run = send(desk, line(world.pupils[0], walt=target.walt, wilf="", how="Met"))
    assert counts(run) == ("checked", 0, 0, 0, 1)
    assert "closed on 1 January 2020" in why(desk, run)[0][1]
    assert TermlyTarget.objects.get().judged is None


def test_undoing_leaves_what_was_changed_since(desk: Desk, world: World) -> None:
    one, two = world.pupils[:2]
    give_target(one, world.terms[0])
    stands = give_target(two, world.term)
    run = desk.apply(send(desk, line(one), line(two, walt=stands.walt, wilf="in two of five")))
    for target in TermlyTarget.objects.filter(term=world.term):
        change_target(
            by=desk.by,
            file=pupil_file(desk.by, pupil_id=target.pupil_id),
            target=target,
            outcome=target.outcome,
            texts={"walt": target.walt, "wilf": "by hand", "starting_point": "", "next_step": ""},
            seen=target.words_seen,
        )
    run = desk.undo(run)
    assert run.left_lines == 2
    assert {each.wilf for each in TermlyTarget.objects.filter(term=world.term)} == {"by hand"}
    assert "changed since" in desk.lines(run)[0].left
