"""A list of pupils: sent, checked, applied, sent again, undone."""

import datetime as dt
from typing import Any

import pytest
from django.apps import apps

from exchange.services.kinds import KINDS
from parrcs.core.access import Role
from pupils.forms.pupils import PupilForm
from pupils.models import Placement, Pupil
from pupils.selectors.pupils import pupil_file
from pupils.services.pupils import Place, change_pupil, place_pupil
from tests.exchange.conftest import Desk, as_csv, as_xlsx, counts, row, upn
from tests.factories.assessment import JudgementFactory
from tests.world import World


def correct(desk: Desk, pupil: Pupil, **facts: str) -> None:
    """Correct a pupil by hand."""
    file = pupil_file(desk.by, pupil_id=pupil.pk)
    known: Any = {name: getattr(file.pupil, name) for name in PupilForm.known_fields}
    change_pupil(by=desk.by, file=file, known=known | facts)


def test_a_list_is_previewed_applied_and_undone(desk: Desk, world: World) -> None:
    before = Pupil.objects.count()
    run = desk.send(as_csv([row(1), row(2, PP="", SEN_Need="Autism")]))
    assert counts(run) == ("checked", 2, 0, 0, 0)
    assert Pupil.objects.count() == before
    run = desk.apply(run)
    assert counts(run) == ("applied", 2, 0, 0, 0)
    pupil = Pupil.objects.get(upn=upn(1))
    assert (pupil.last_name, pupil.first_name, pupil.born_on) == (
        "Surname1",
        "Forename1",
        dt.date(2016, 3, 14),
    )
    assert (pupil.sex, pupil.primary_need, pupil.pupil_premium) == ("F", "ASD", True)
    assert Pupil.objects.get(upn=upn(2)).pupil_premium is False
    place = Placement.objects.get(pupil=pupil)
    assert (place.school, place.arb, place.class_group, place.route) == (
        world.school,
        None,
        world.class_group,
        world.routes["formal"],
    )
    assert desk.lines(run)[0].pupil_id == pupil.pk

    run = desk.undo(run)
    assert (run.state, run.left_lines) == ("undone", 0)
    assert Pupil.objects.count() == before


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    content = as_csv([row(1), row(2)])
    desk.apply(desk.send(content))
    again = desk.send(content)
    assert counts(again) == ("checked", 0, 0, 2, 0)


def test_a_workbook_brings_the_same(desk: Desk) -> None:
    said: list[Any] = list(row(1))
    said[3], said[9] = dt.datetime.combine(dt.date(2016, 3, 14), dt.time()), dt.date(2026, 9, 1)
    desk.apply(desk.send(as_xlsx([said]), name="pupils.xlsx"))
    assert counts(desk.send(as_csv([row(1)]))) == ("checked", 0, 0, 1, 0)


def test_what_differs_is_changed_and_put_back(desk: Desk, world: World) -> None:
    pupil = world.pupils[0]
    Pupil.objects.filter(pk=pupil.pk).update(upn=upn(7))
    content = as_csv(
        [[upn(7), "Newname", "SEMH", "semi-formal", "02/11/2026"]],
        ("upn", "Surname", "Primary Need", "Route", "Start"),
    )
    run = desk.send(content)
    assert counts(run) == ("checked", 0, 1, 0, 0)
    (line,) = desk.lines(run)
    assert line.changes == [
        ["Last name", pupil.last_name, "Newname"],
        ["Primary need", "Autistic spectrum disorder", "Social, emotional and mental health"],
        ["Route", "Pre-formal", "Semi-formal"],
        ["From", "", "2 November 2026"],
    ]
    run = desk.apply(run)
    assert counts(run) == ("applied", 0, 1, 0, 0)
    places = list(Placement.objects.filter(pupil=pupil).order_by("starts_on"))
    assert [(p.route.code, p.ends_on) for p in places] == [
        ("pre-formal", dt.date(2026, 11, 1)),
        ("semi-formal", None),
    ]
    assert places[1].class_group == world.class_group
    history = apps.get_model("pupils", "PupilEvent").objects.filter(pgh_obj=pupil.pk)
    event = history.order_by("-pgh_id")[0]
    assert event.pgh_context["person"] == world.people[Role.HEAD].pk
    assert event.pgh_context["imported"] == run.pk

    run = desk.undo(run)
    assert (run.state, run.left_lines) == ("undone", 0)
    again = Pupil.objects.get(pk=pupil.pk)
    assert (again.last_name, again.primary_need) == (pupil.last_name, "ASD")
    (place,) = Placement.objects.filter(pupil=pupil)
    assert (place.route.code, place.ends_on) == ("pre-formal", None)


def test_lines_that_cannot_be_are_refused_by_line_and_the_rest_is_not(desk: Desk) -> None:
    wrong = "A" + upn(3)[1:]
    wrong = "B" + upn(3)[1:] if wrong == upn(3) else wrong
    run = desk.send(
        as_csv(
            [
                row(1),
                row(2, UPN=wrong),
                row(1, Legal_Surname="Twice"),
                row(4, SEN_Need="Genius"),
                row(5, DOB="31/02/2016", Gender="?"),
                row(6, Reg_Group="Albatross"),
                row(7, UPN=""),
                row(8),
            ]
        )
    )
    assert counts(run) == ("checked", 2, 0, 0, 6)
    said = {line.number: line.problems for line in desk.lines(run) if line.problems}
    assert sorted(said) == [3, 4, 5, 6, 7, 8]
    assert said[3][0][0] == "UPN"
    assert said[3][0][1].startswith("One character is wrong: with ")
    assert said[4] == [["UPN", "Line 2 is about the same already. Keep one of them."]]
    assert said[5][0][0] == "Primary need"
    assert said[5][0][1].startswith("“Genius” is none of SPLD, MLD")
    assert [column for column, _ in said[6]] == ["Date of birth", "Sex"]
    assert said[7] == [
        [
            "Class",
            "“Albatross” is no class of Harbour Beacon School on 1 September 2026."
            " Classes then: Curlew.",
        ]
    ]
    assert said[8] == [["UPN", "This is missing."]]
    assert counts(desk.apply(run)) == ("applied", 2, 0, 0, 6)


def test_a_person_imports_what_they_may_write_by_hand(desk_of, world: World) -> None:
    desk = desk_of(Role.INCLUSION_LEAD)
    theirs = world.other_pupils[0]
    Pupil.objects.filter(pk=theirs.pk).update(upn=upn(9))
    run = desk.send(
        as_csv(
            [[*row(9), ""], [*row(1), world.other_school.name]],
            (*as_csv([]).decode().strip().split(","), "School"),
        )
    )
    assert counts(run) == ("checked", 0, 0, 0, 2)
    said = [line.problems[0] for line in desk.lines(run)]
    assert said[0] == [
        "UPN",
        "A pupil with this UPN is already in another school of the trust. The trust lead can move"
        " them to yours.",
    ]
    assert said[1][0] == "School"
    assert theirs.last_name not in str([line.problems for line in desk.lines(run)])


def test_the_same_child_under_another_number_is_refused(desk: Desk) -> None:
    desk.apply(desk.send(as_csv([row(1)])))
    same = {"Legal_Surname": "SURNAME1", "Preferred_Forename": "forename1"}
    run = desk.send(as_csv([row(2, **same), row(3, **same, DOB="15/03/2016")]))
    assert counts(run) == ("checked", 1, 0, 0, 1)
    # Nor twice in one file: the check says so, not the applying.
    other = {"Legal_Surname": "Other", "Preferred_Forename": "Zo\u00eb"}
    plain = {"Legal_Surname": "OTHER", "Preferred_Forename": "zoe", "DOB": "2016-03-14"}
    both = desk.send(as_csv([row(4, **other), row(5, **plain)]))
    assert counts(both) == ("checked", 1, 0, 0, 1)
    assert "Line 2 has a child of this name" in desk.lines(both)[1].problems[0][1]
    (column, said), *_ = desk.lines(run)[0].problems
    assert column == "UPN"
    assert said.startswith(
        f"Forename1 Surname1, born on the same day, is here already with {upn(1)}"
    )


def test_lines_name_nobody_of_another_place(desk_of, world: World) -> None:
    """A trust lead sees them, but the head of the school reads the same lines."""
    theirs = world.other_pupils[0]
    Pupil.objects.filter(pk=theirs.pk).update(
        first_name="Secret", last_name="Child", born_on=dt.date(2016, 3, 14), upn=upn(9)
    )
    desk = desk_of(Role.TRUST_LEAD)
    secret = {"Legal_Surname": "Child", "Preferred_Forename": "Secret"}
    run = desk.send(as_csv([row(1, **secret), row(9, Legal_Surname="X", Preferred_Forename="Y")]))
    said = desk.lines(run)[0].problems[0][1]
    assert said.startswith("A child of this name and day of birth is in another place")
    assert upn(9) not in said
    told = [[each.about, each.problems] for each in desk.lines(run)]
    assert "Secret" not in str(told[1])
    assert told[1][1] == [["UPN", f"This pupil is not in {world.school}."]]


def test_what_changed_since_the_check_is_never_written_over(desk: Desk, world: World) -> None:
    pupil = world.pupils[0]
    Pupil.objects.filter(pk=pupil.pk).update(upn=upn(7))
    run = desk.send(as_csv([[upn(7), "Theirs"], row(1)[:2]], ("UPN", "Surname")))
    correct(desk, pupil, last_name="Meanwhile")
    run = desk.apply(run)
    assert counts(run) == ("applied", 0, 0, 0, 2)
    assert desk.lines(run)[0].problems == [
        [
            "",
            "Somebody changed this since the check, so nothing was done: last name is Meanwhile.",
        ]
    ]
    assert Pupil.objects.get(pk=pupil.pk).last_name == "Meanwhile"


def test_undoing_leaves_what_was_changed_since_and_who_was_judged(desk: Desk, world: World) -> None:
    pupil = world.pupils[0]
    Pupil.objects.filter(pk=pupil.pk).update(upn=upn(7))
    headings = ("UPN", "Surname", "Forename", "Route", "From")
    rows = [[upn(n), "Theirs", "Fore", "formal", "02/11/2026"] for n in (7, 1, 2)]
    run = desk.apply(desk.send(as_csv(rows, headings)))
    assert counts(run) == ("applied", 0, 1, 0, 2)
    fresh = desk.apply(desk.send(as_csv([row(1), row(2)])))
    assert counts(fresh) == ("applied", 2, 0, 0, 0)
    correct(desk, pupil, first_name="Corrected")
    judged = Pupil.objects.get(upn=upn(1))
    JudgementFactory(
        pupil=judged,
        strand=world.developmental.strands.all()[0],
        point=world.developmental.points.all()[0],
        term=world.term,
    )

    run = desk.undo(run)
    assert (run.state, run.left_lines) == ("undone", 1)
    assert desk.lines(run)[0].left == "Left as it is, because it was changed since: first name."
    again = Pupil.objects.get(pk=pupil.pk)
    assert (again.last_name, again.first_name) == (pupil.last_name, "Corrected")
    assert Placement.objects.get(pupil=pupil).route.code == "pre-formal"

    fresh = desk.undo(fresh)
    assert (fresh.state, fresh.left_lines) == ("undone", 1)
    assert [line.left for line in desk.lines(fresh)] == [
        "Forename1 Surname1 was left: there are judgements since.",
        "",
    ]
    assert Pupil.objects.filter(upn__in=[upn(1), upn(2)]).get() == judged


def test_a_placement_that_was_changed_since_stays(desk: Desk, world: World) -> None:
    pupil = world.pupils[0]
    Pupil.objects.filter(pk=pupil.pk).update(upn=upn(7))
    run = desk.apply(
        desk.send(as_csv([[upn(7), "formal", "02/11/2026"]], ("UPN", "Route", "From")))
    )
    place = Place(world.school, world.routes["semi-formal"], None, world.class_group)
    file = pupil_file(desk.by, pupil_id=pupil.pk)
    place_pupil(by=desk.by, file=file, place=place, starts_on=dt.date(2026, 11, 9))
    run = desk.undo(run)
    assert desk.lines(run)[0].left == "Left as it is, because it was changed since: placement."
    assert Placement.objects.filter(pupil=pupil).count() == 3


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_names_arrive_in_whatever_the_file_is_written(delimiter: str) -> None:
    said = [upn(1), "O\u2019Neill-Müller", "Zoë"]
    text = delimiter.join(("UPN", "Surname", "Forename")) + "\r\n" + delimiter.join(said)
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"):
        sheet = KINDS["pupils"].read("list.csv", text.encode(encoding))
        assert [line.texts for line in sheet.lines] == [said], encoding
