"""A list of judgements: what holds in the grid of a class holds for each line."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assessment.models import Judgement, Point, Strand
from exchange.models import Import
from parrcs.core.access import Role
from pupils.models import Placement, Pupil
from schools.models import LateEntry, Window
from tests.exchange.conftest import Desk, as_csv, as_xlsx, counts
from tests.factories.assessment import JudgementFactory
from tests.world import World

HEADINGS = ("UPN", "Stream", "Subject", "Term", "Result")
type Send = Callable[..., Import]


def line(pupil: Pupil, point: str, **other: str) -> list[str]:
    """Return a line for a pupil, in reading and the autumn of 2026 unless it says otherwise."""
    said = {"stream": "", "strand": "Reading", "term": "Autumn 2026", "upn": pupil.upn} | other
    return [said["upn"], said["stream"], said["strand"], said["term"], point]


def send(desk: Desk, *lines: list[str], **more: Any) -> Import:
    """Send lines and have them checked."""
    return desk.send(as_csv(lines, HEADINGS), "judgements", name="judgements.csv", **more)


def problems(desk: Desk, run: Import) -> list[list[list[str]]]:
    """Return why each line is refused."""
    return [each.problems for each in desk.lines(run)]


def values(pupil: Pupil) -> dict[str, int]:
    """Return what stands of a pupil, by strand."""
    return {
        each.strand.code: int(each.point.value)
        for each in Judgement.objects.filter(pupil=pupil).select_related("strand", "point")
    }


def test_judgements_are_previewed_applied_and_undone(desk: Desk, world: World) -> None:
    one, two, three = world.pupils
    reading = Strand.objects.get(stream=world.developmental, code="reading")
    points = {int(each.value): each for each in Point.objects.filter(stream=world.developmental)}
    stands = {"term": world.term, "strand": reading}
    JudgementFactory(pupil=two, point=points[4], **stands)
    JudgementFactory(pupil=three, point=points[9], **stands)
    rows = [
        line(one, "7"),
        line(two, "Point 5", stream="Developmental"),
        line(three, "9.00", term="Autumn 2026/27"),
        line(one, "3", stream="engagement", strand="exploration"),
    ]
    run = send(desk, *rows)
    assert counts(run) == ("checked", 2, 1, 1, 0), problems(desk, run)
    assert values(one) == {}
    assert desk.lines(run)[1].changes == [["Reading", "4, Point 4", "5, Point 5"]]
    assert desk.lines(run)[0].about == f"{one}, Reading, Autumn 2026"
    run = desk.apply(run)
    assert counts(run) == ("applied", 2, 1, 1, 0)
    assert values(one) == {"reading": 7, "exploration": 3}
    assert (values(two), values(three)) == ({"reading": 5}, {"reading": 9})
    made = Judgement.objects.get(pupil=two)
    assert made.judged_by == world.people[Role.HEAD]
    assert made.version > 0, "the grid meets it as a save of its own"
    assert counts(desk.send(as_xlsx(rows, HEADINGS), "judgements")) == ("checked", 0, 0, 4, 0)

    run = desk.undo(run)
    assert (run.state, run.left_lines) == ("undone", 0)
    assert (values(one), values(two), values(three)) == ({}, {"reading": 4}, {"reading": 9})


def test_each_rule_of_the_grid_refuses_its_line(desk: Desk, world: World) -> None:
    one, _, three = world.pupils
    other, in_arb = world.other_pupils[0], world.arb_pupils[0]
    run = send(
        desk,
        line(one, "21"),
        line(one, "", strand="Writing"),
        line(one, "3", strand="Music"),
        line(three, "3", strand="exploration"),
        line(one, "3", term="Spring 2026"),
        line(one, "3", term="Michaelmas"),
        line(one, "3", stream="MAPP"),
        line(other, "3"),
        line(one, "3", upn=""),
        line(one, "3", upn="X"),
        line(in_arb, "6"),
        line(in_arb, "7"),
        [*line(one, "3"), "", "8"],
        line(one, "1.5", strand="Communication"),
    )
    found = problems(desk, run)
    assert counts(run) == ("checked", 1, 0, 0, 13)
    first = [each[0] if each else ["", ""] for each in found]
    assert [column for column, _ in first] == [
        "Point",
        "Point",
        "Strand",
        "Strand",
        "",
        "Term",
        "Stream",
        "UPN",
        "UPN",
        "UPN",
        "",
        "UPN",
        "",
        "Point",
    ]
    assert "“21” is no point of Developmental. Its points are 1, 2, 3, 4, 5, 6 … 20." in first[0][1]
    assert "“Music” is none of the strands due for" in first[2][1]
    assert "is not a class of Spring 2026" in first[4][1]
    assert "such as Spring 2026, Summer 2026, Autumn 2026." in first[5][1]
    assert "is none of the streams due" in first[6][1]
    assert "No pupil whom you see has this UPN." in first[7][1]
    assert "Line 12 is about the same already." in first[11][1]
    assert "This line has 7 columns" in first[12][1]


def test_a_closed_window_refuses_until_there_is_leave_with_a_reason(
    desk: Desk, world: World
) -> None:
    Window.objects.update(closes_on=dt.date(2020, 1, 1))
    run = send(desk, line(world.pupils[0], "7"))
    assert counts(run) == ("checked", 0, 0, 0, 1)
    assert "The window for Autumn 2026 closed on 1 January 2020." in problems(desk, run)[0][0][1]
    LateEntry.objects.create(
        term=world.term,
        class_group=world.class_group,
        until=dt.date(9999, 1, 1),
        reason="Ill",
        allowed_by=world.people[Role.HEAD],
    )
    run = desk.apply(send(desk, line(world.pupils[0], "7")))
    assert counts(run) == ("applied", 1, 0, 0, 0)
    LateEntry.objects.all().delete()
    run = desk.undo(run)
    assert (run.state, run.left_lines) == ("undone", 1)
    assert "closed on" in desk.lines(run)[0].left
    assert values(world.pupils[0]) == {"reading": 7}, "no number moves once the window is shut"


def test_what_somebody_judged_meanwhile_is_never_written_over(desk: Desk, world: World) -> None:
    one, two = world.pupils[:2]
    reading = Strand.objects.get(stream=world.developmental, code="reading")
    point = Point.objects.get(stream=world.developmental, value=2)
    run = send(desk, line(one, "7"), line(two, "7"))
    JudgementFactory(pupil=one, strand=reading, term=world.term, point=point)
    run = desk.apply(run)
    assert counts(run) == ("applied", 1, 0, 0, 1)
    assert "Somebody changed this since the check" in problems(desk, run)[0][0][1]
    Judgement.objects.filter(pupil=two).update(point=point, version=999_999)
    run = desk.undo(run)
    assert run.left_lines == 1
    assert (values(one), values(two)) == ({"reading": 2}, {"reading": 2})


@pytest.mark.parametrize(("role", "may"), [(Role.ASSESSMENT_LEAD, 200), (Role.INCLUSION_LEAD, 403)])
def test_who_records_by_hand_imports_judgements(
    role: Role, may: int, world: World, sign_in: Callable[[Role], Client]
) -> None:
    client = sign_in(role)
    for kind in ("judgements", "targets"):
        assert client.get(reverse("import_new", args=[kind])).status_code == may
        template = client.get(reverse("import_template", args=[kind, "template", "csv"]))
        assert template.status_code == may
        if may == 200:
            assert template.content.decode("utf-8-sig").startswith("UPN,")
    listed = client.get(reverse("imports")).content.decode()
    assert ("Import judgements" in listed) is (may == 200)


def test_a_file_goes_through_the_page_and_the_worker(
    world: World, sign_in: Callable[[Role], Client], desk_of: Callable[[Role], Desk]
) -> None:
    client, desk = sign_in(Role.ASSESSMENT_LEAD), desk_of(Role.ASSESSMENT_LEAD)
    content = as_csv([line(world.pupils[0], "7"), line(world.pupils[1], "99")], HEADINGS)
    sent = client.post(
        reverse("import_new", args=["judgements"]),
        {"file": SimpleUploadedFile("j.csv", content), "place": f"school-{world.school.pk}"},
    )
    run = desk.go_on(Import.objects.get())
    page = client.get(sent["Location"]).content.decode()
    assert "<b>1 new</b> and <b>0 changed</b> of 2 lines" in page
    assert "“99” is no point of Developmental" in page
    client.post(reverse("import_apply", args=[run.pk]))
    assert counts(desk.go_on(run)) == ("applied", 1, 0, 0, 1)
    assert values(world.pupils[0]) == {"reading": 7}
    client.post(reverse("import_undo", args=[run.pk]))
    desk.go_on(run)
    assert values(world.pupils[0]) == {}


def test_who_has_left_the_class_is_judged_where_the_grid_has_them(desk: Desk, world: World) -> None:
    one = world.pupils[0]
    Placement.objects.filter(pupil=one).update(class_group=None)
    run = send(desk, line(one, "7"))
    assert "is in no class in Autumn 2026" in problems(desk, run)[0][0][1]
