"""Common transfer files: five hundred pupils, the same again, and what is wrong in one."""

import time

from exchange.models import Import
from exchange.tables import lines_sheet
from pupils.models import Placement, Pupil
from tests.exchange.conftest import Desk, counts, upn
from tests.exchange.ctf_files import ctf, pupil
from tests.world import World


def options(world: World) -> dict[str, object]:
    return {
        "school": world.school.pk,
        "arb": world.arb.pk,
        "class_group": world.arb_class.pk,
        "route": world.routes["semi-formal"].pk,
        "starts_on": "2026-10-01",
    }


def send(desk: Desk, content: bytes) -> Import:
    return desk.send(content, "ctf", name="8012000_CTF.xml", options=options(desk.world))


def test_five_hundred_pupils_arrive_in_good_time_and_only_once(desk: Desk, world: World) -> None:
    before = Pupil.objects.count()
    content = ctf(pupil(number) for number in range(500))
    started = time.process_time()
    run = desk.apply(send(desk, content))
    # The time of this processor: how busy others are is not the question. That each line is
    # followed, for the coverage, makes it about twice as long as it is for people.
    assert time.process_time() - started < 20
    assert counts(run) == ("applied", 500, 0, 0, 0)
    assert Pupil.objects.count() == before + 500
    again = send(desk, content)
    assert counts(again) == ("checked", 0, 0, 500, 0)
    place = Placement.objects.get(pupil__upn=upn(77))
    assert (place.arb, place.class_group, str(place.starts_on)) == (
        world.arb,
        world.arb_class,
        "2026-10-01",
    )


def test_what_is_wrong_is_refused_by_line_and_the_rest_previewed(desk: Desk) -> None:
    wrong = ("A" if upn(2)[0] != "A" else "B") + upn(2)[1:]
    content = ctf(
        [
            pupil(1),
            pupil(2, UPN=wrong),
            pupil(1, Surname="Again"),
            pupil(4, need="GENIUS"),
            pupil(5, care="true", need="<SENtypeRank>2</SENtypeRank><SENtype>MLD</SENtype>"),
            pupil(6, DOB="", Sex="", Gender="M"),
        ]
    )
    run = send(desk, content)
    assert counts(run) == ("checked", 2, 0, 0, 4)
    refused = {line.number: line.problems for line in desk.lines(run) if line.problems}
    starts = [
        number for number, line in enumerate(content.splitlines(), start=1) if line == b"<Pupil>"
    ]
    assert sorted(refused) == [starts[1], starts[2], starts[3], starts[5]]
    said = [problems[0] for problems in refused.values()]
    assert "the first letter would be" in said[0][1]
    assert said[1][1] == f"Line {starts[0]} is about the same already. Keep one of them."
    assert said[2][0] == "Primary need"
    assert said[3] == ["Date of birth", "This is missing."]
    changes = {what: after for what, _, after in desk.lines(run)[4].changes}
    assert (changes["Primary need"], changes["Looked after"]) == (
        "Moderate learning difficulty",
        "yes",
    )
    assert [heading for heading, code in run.columns if not code] == [
        "BasicDetails",
        "StageAssessments",
    ]


def test_who_is_here_stays_where_they_are(desk: Desk, world: World) -> None:
    known = world.pupils[0]
    Pupil.objects.filter(pk=known.pk).update(upn=upn(3))
    run = desk.apply(send(desk, ctf([pupil(3)], "utf-16")))
    assert counts(run) == ("applied", 0, 1, 0, 0)
    assert Placement.objects.get(pupil=known).class_group == world.class_group
    assert Pupil.objects.get(pk=known.pk).last_name == "Surname3"


def test_pupils_who_share_a_line_of_the_file_are_told_apart(desk: Desk, world: World) -> None:
    known = world.pupils[0]
    Pupil.objects.filter(pk=known.pk).update(upn=upn(3))
    twice = [pupil(3), pupil(4), pupil(3, Surname="Again"), pupil(4, Surname="Again")]
    run = send(desk, ctf(twice).replace(b"\n", b""))
    assert counts(run) == ("checked", 1, 1, 0, 2)
    assert [(line.number, line.problems) for line in desk.lines(run)] == [
        (1, []),
        (2, []),
        (3, [["UPN", "Pupil 1 is about the same already. Keep one of them."]]),
        (4, [["UPN", "Pupil 2 is about the same already. Keep one of them."]]),
    ]
    assert [row[0] for row in lines_sheet(run, desk.lines(run), only="all").rows] == [
        f"pupil {number}" for number in range(1, 5)
    ]
    assert counts(desk.apply(run)) == ("applied", 1, 1, 0, 2)
    assert Pupil.objects.get(pk=known.pk).last_name == "Surname3"
