"""What a teacher sees of a class's grid: a part of it, what is left, what was before, the aim."""

import datetime as dt
import re
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from assessment.models import Aim, Point, PointMapping, Strand, StrandMapping, Stream
from parrcs.core.access import Role
from pupils.choices import TargetOutcome
from pupils.models import TermlyTarget
from schools.models import LateEntry, Window
from tests.assessment.test_grid import data_of, grid_url, judged, point, reads, strand
from tests.factories.assessment import BaselineFactory, stream_with
from tests.full_class import PUPILS, STRANDS, fill_class
from tests.world import World, give_target


def page(client, world: World, query: str = "", **more) -> str:
    return client.get(grid_url(world, **more) + query).content.decode()


def columns_of(response) -> list[str]:
    return [column["name"] for column in data_of(response)["columns"]]


def test_one_stream_or_the_targets_alone_and_the_counts_of_the_class(world, sign_in):
    pre, semi, _ = world.pupils
    judged(world, semi, "reading", 12)
    give_target(pre, world.term)
    client = sign_in(Role.TEACHER)
    all_of_it = client.get(grid_url(world))
    assert re.findall(r'data-kept class="button" href="([^"]*)"', all_of_it.content.decode()) == [
        "?", "?stream=developmental", "?stream=engagement", "?targets=only",
    ]  # fmt: skip
    for query, columns, pupils in (
        ("?stream=engagement", ["Exploration", "Persistence"], [pre]),
        ("?targets=only", ["Target 1"], [pre]),
        ("?stream=developmental", ["Communication", "Reading", "Writing"], world.pupils),
    ):
        response = client.get(grid_url(world) + query)
        data = data_of(response)
        assert columns_of(response) == columns
        assert [row["pupil"] for row in data["rows"]] == [pupil.pk for pupil in pupils]
        # Whatever is shown, the count is of the class: 11 strands and a target.
        assert (data["judged"], data["due"]) == (1, 12)
        assert "1 of 12</b>" in response.content.decode()
    # What this class does not have is no reason for an empty page.
    for query in ("?stream=mapp", "?stream=%00%27", "?targets=only&stream=engagement"):
        assert client.get(grid_url(world) + query).status_code == 200
    assert len(columns_of(client.get(grid_url(world) + "?stream=mapp"))) == 6


def test_the_part_is_kept_on_the_way_to_another_class(world, sign_in):
    give_target(world.pupils[0], world.term)
    there = grid_url(world, class_group=world.arb_class)
    text = page(sign_in(Role.HEAD), world, "?stream=developmental&left=1")
    assert f'href="{there}?stream=developmental&amp;left=1"' in text
    # And from what is left to all of it, in the same part.
    assert 'href="?stream=developmental">Show all' in text


def test_only_what_is_left_hides_rows_and_columns_that_are_done(world, sign_in):
    pre, semi, formal = world.pupils
    for code in ("communication", "reading", "writing"):
        judged(world, semi, code, 12)
    for pupil in (pre, formal):
        judged(world, pupil, "writing", 12)
    text = page(sign_in(Role.TEACHER), world, "?left=1")
    rows = re.findall(r'<tr aria-rowindex="\d+"( hidden)?>\s*<th scope="row"[^>]*>([^<]+)', text)
    assert [(name, bool(hidden)) for hidden, name in rows] == [
        (str(pre), False), (str(semi), True), (str(formal), False),
    ]  # fmt: skip
    heads = re.findall(r'<th scope="col" aria-colindex="\d+" aria-label="([^"]+)"( hidden)?>', text)
    assert [name for name, hidden in heads if hidden] == ["Writing"]
    # Who reads by ear hears of how many there are in all.
    assert 'aria-rowcount="5" aria-colcount="6"' in text
    assert "5 of 11</b>" in text


def new_version(world: World) -> Stream:
    """Replace the developmental stream: 20 points become 40, from this term on."""
    old = world.developmental
    new: Stream = stream_with(
        code="developmental-2",
        strands=["communication", "reading", "writing"],
        points=40,
        routes={world.routes["formal"]: Decimal(4)},
        core=True,
    )
    for after in Strand.objects.filter(stream=new):
        before = Strand.objects.get(stream=old, code=after.code)
        StrandMapping.objects.create(before=before, after=after)
    for one in Point.objects.filter(stream=old):
        became = Point.objects.get(stream=new, value=one.value * 2)
        PointMapping.objects.create(before=one, after=became)
    Stream.objects.filter(pk=old.pk).update(approved_until=dt.date(2026, 8, 31))
    Stream.objects.filter(pk=new.pk).update(
        code="developmental", version="2.0", replaces=old, approved_from=dt.date(2026, 9, 1)
    )
    return Stream.objects.get(pk=new.pk)


def test_a_point_of_an_earlier_version_says_so(world, sign_in):
    pupil = world.pupils[2]
    judged(world, pupil, "reading", 12, term=world.terms[2])
    new = new_version(world)
    reading = Strand.objects.get(stream=new, code="reading")
    BaselineFactory(pupil=pupil, strand=reading, point=point(new, 20))
    data = data_of(sign_in(Role.TEACHER).get(grid_url(world)))
    (cell,) = [
        cell for row in data["cells"] for cell in row if cell and cell["strand"] == reading.pk
    ]
    assert (cell["last_code"], cell["last_term"]) == ("24", "Summer 2026")
    assert cell["last_as"] == "12 in version 1.0"
    # And the history, in the words of its own time.
    text = sign_in(Role.TEACHER).get(history_url(world, pupil, reading)).content.decode()
    assert "version 1.0" in text
    assert "Point 12" in text


def test_leave_for_late_entry_is_told_once_with_its_reason(world, sign_in):
    today, client = timezone.localdate(), sign_in(Role.TEACHER)
    LateEntry.objects.create(
        class_group=world.class_group,
        term=world.term,
        until=today + dt.timedelta(days=9),
        reason="Supply teacher until Monday",
        allowed_by=world.people[Role.HEAD],
    )
    for closes_in, said in ((3, "window closes"), (-1, "window closed on")):
        Window.objects.update(
            opens_on=today - dt.timedelta(days=20), closes_on=today + dt.timedelta(days=closes_in)
        )
        text = page(client, world)
        assert text.count("Supply teacher until Monday") == 1
        assert text.count("Late entry until") == 1
        assert said in text
    # Leave that ends with the window, or before it, says nothing.
    Window.objects.update(closes_on=today + dt.timedelta(days=9))
    assert "Supply teacher" not in page(client, world)


def test_the_aim_for_the_year_stands_in_the_cell(world, sign_in):
    pupil = world.pupils[1]
    Aim.objects.create(
        pupil=pupil,
        strand=strand(world, "reading"),
        year=world.term.year,
        point=point(world.developmental, 15),
        set_by=world.people[Role.HEAD],
        set_at=timezone.now(),
    )
    cell = data_of(sign_in(Role.TEACHER).get(grid_url(world)))["cells"][1][1]
    assert (cell["aim"], cell["aim_code"]) == (point(world.developmental, 15).pk, "15")


def test_a_retired_target_is_not_due_unless_it_was_judged(world, sign_in):
    first, second = (give_target(world.pupils[0], world.term, each) for each in (1, 2))
    second.judged = TargetOutcome.MET
    second.save()
    TermlyTarget.objects.update(retired_on=dt.date(2026, 11, 2), retired_because="left the group")
    response = sign_in(Role.TEACHER).get(grid_url(world))
    assert columns_of(response)[-1] == "Target 2"
    assert data_of(response)["due"] == 11 + 1
    assert first.pk


def history_url(world: World, pupil, where, name: str = "strand") -> str:
    return reverse(
        f"{name}_history", args=[world.class_group.pk, world.term.pk, pupil.pk, where.pk]
    )


def test_the_history_of_a_cell_names_who_and_when_and_what_stood_before(world, desk):
    pupil, reading = world.pupils[1], strand(world, "reading")
    judged(world, pupil, "reading", 11, term=world.terms[2])
    teacher, head = desk(Role.TEACHER), desk(Role.HEAD)
    first = teacher.save().json()["version"]
    second = head.save(base_version=first, point=point(world.developmental, 14).pk).json()
    assert head.save(base_version=second["version"], point=None).status_code == 200
    teacher.save(point=point(world.developmental, 15).pk)
    text = " ".join(teacher.client.get(history_url(world, pupil, reading)).content.decode().split())
    said = re.findall(r"<b>(Autumn 2026|Summer 2026|Taken back|\d+)</b>.*?<small>([^<]*)", text)
    who = [(what, words.split(" at ")[0]) for what, words in said]
    teacher_said, head_said = "by Harbour teacher", "by Harbour head"
    assert who == [
        ("Autumn 2026", "version 1.0"), ("15", teacher_said), ("Taken back", head_said),
        ("14", head_said), ("13", teacher_said),
        ("Summer 2026", "version 1.0"), ("11", said[-1][1].split(" at ")[0]),
    ]  # fmt: skip
    fragment = teacher.client.get(
        history_url(world, pupil, reading), headers={"HX-Request": "true"}
    ).content.decode()
    assert "<html" not in fragment
    assert "Taken back" in fragment


def test_the_history_of_a_target_and_of_the_one_before(world, desk):
    pupil = world.pupils[0]
    before = give_target(pupil, world.terms[2])
    before.judged, before.version = TargetOutcome.PARTLY, 1
    before.judged_at = timezone.now()
    before.save()
    target = give_target(pupil, world.term)
    target.carried_from = before
    target.save()
    teacher = desk(Role.TEACHER)
    choice = {"pupil": pupil.pk, "strand": None, "target": target.pk}
    version = teacher.save(**choice, point=TargetOutcome.MET).json()["version"]
    teacher.save(**choice, point=None, base_version=version)
    teacher.save(**choice, point=TargetOutcome.EXCEEDED)
    # A change of its words is no judgement.
    TermlyTarget.objects.filter(pk=target.pk).update(next_step="with less help")
    text = teacher.client.get(history_url(world, pupil, target, "target")).content.decode()
    assert re.findall(r"<b>([^<]+)</b>", text.split("<h2")[1]) == [
        "Autumn 2026", "Exceeded", "Taken back", "Met", "Summer 2026", "Partly",
    ]  # fmt: skip
    untouched = give_target(world.pupils[1], world.term)
    text = teacher.client.get(history_url(world, world.pupils[1], untouched, "target"))
    assert "Nothing has been judged here yet." in text.content.decode()


def test_what_a_target_was_before_goes_by_what_it_was_carried_from(world, sign_in):
    pupil, spring, summer = world.pupils[0], world.terms[1], world.terms[2]

    def target(term, position, judged=None, source=None, **more):
        made = give_target(pupil, term, position)
        made.judged, made.version = judged, 1 if judged else 0
        made.judged_at = timezone.now() if judged else None
        made.carried_from = source
        for name, value in more.items():
            setattr(made, name, value)
        made.save()
        return made

    first = target(spring, 1, TargetOutcome.NOT_YET)
    # Retired before it was judged: it is not due, and the line leads on through it.
    retired = target(summer, 3, None, first, retired_on=summer.starts_on, retired_because="away")
    target(summer, 1, TargetOutcome.EXCEEDED)
    split = target(world.term, 4, None, retired)
    fresh = target(world.term, 1)
    part = target(world.term, 2, None, split)
    cells = {
        cell["target"]: (cell.get("last_code"), cell.get("last_term"), cell.get("path"))
        for cell in data_of(sign_in(Role.TEACHER).get(grid_url(world)))["cells"][0]
        if cell and "target" in cell
    }
    line = ("Not yet", "Spring 2026", [["Spring 2026", "Not yet", ""]])
    assert cells == {fresh.pk: (None, None, None), part.pk: line, split.pk: line}
    # What changed who and when says the same.
    client = sign_in(Role.TEACHER)
    said = [
        client.get(history_url(world, pupil, each, "target")).content.decode()
        for each in (part, fresh)
    ]
    assert ["Not yet" in said[0], "Exceeded" in said[0]] == [True, False]
    assert "Nothing has been judged here yet." in said[1]


def test_whose_history_may_be_read(world, foreign, sign_in):
    pupil, reading = world.pupils[1], strand(world, "reading")
    url = history_url(world, pupil, reading)
    assert sign_in(Role.HEAD).get(url).status_code == 200
    assert sign_in(Role.INCLUSION_LEAD).get(url).status_code == 403
    teacher = sign_in(Role.TEACHER)
    missing = teacher.get(reverse("grid", args=[987654321, world.term.pk])).content
    target = give_target(world.pupils[0], world.terms[2])
    for other in (
        history_url(world, world.other_pupils[0], reading),
        history_url(world, foreign.pupils[0], reading),
        # Engagement is not due on this pupil's route; a target of another term is not in this grid.
        history_url(world, pupil, strand(world, "exploration")),
        history_url(world, world.pupils[0], target, "target"),
    ):
        response = teacher.get(other)
        assert (response.status_code, response.content) == (404, missing)


def test_a_large_class_with_a_new_version_and_aims_costs_15_queries(world, sign_in):
    """Also where everything is there that the page may have to ask for."""
    pupils = fill_class(world, world.class_group)
    new_version(world)
    Aim.objects.bulk_create(
        Aim(
            pupil=pupil,
            strand=each,
            year=world.term.year,
            point=point(each.stream, 15),
            set_by=world.people[Role.HEAD],
            set_at=timezone.now(),
        )
        for pupil in pupils
        for each in Strand.objects.filter(stream__code="wider")
    )
    for pupil in pupils:
        give_target(pupil, world.term)
    client = sign_in(Role.TEACHER)
    assert reads(lambda: client.get(grid_url(world))) <= 15
    cells = [cell for row in data_of(client.get(grid_url(world)))["cells"] for cell in row if cell]
    # The new version has three strands for four, and there is a target each; beside them the
    # pupil on the same route, and the one with engagement.
    assert len(cells) == PUPILS * STRANDS + 11 + 2
