"""The comparison once more, counted one by one from the raw rows, and how to read its page."""

import csv
import re
from collections import Counter
from fractions import Fraction
from html import unescape
from io import BytesIO, StringIO
from math import floor, sqrt

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from assessment.models import CoreArea, Judgement, Point, Strand, Stream
from parrcs.core.sheets import as_csv
from pupils.models import AttendanceTotal, Pupil, Route, TermlyTarget
from tests.plain_progress import on_roll, plain_progress

WORDS = {1: "none", 2: "some", 3: "expected", 4: "better", None: "no baseline"}


def address(name):
    """The address of a page, and of the list as a CSV file."""
    return reverse(name, args=["csv"] if name.endswith("_file") else [])


def page(client, name="compare", **chosen):
    response = client.get(address(name), chosen)
    assert response.status_code == 200, response.status_code
    return response


def said(html):
    """The words of a piece of HTML, as a person reads them."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def found(pattern, text):
    """The part of a text that a pattern is about."""
    match = re.search(pattern, text, re.DOTALL)
    assert match, pattern
    return match.group(match.lastindex or 0)


def table(response):
    """The words of each cell, by row and column."""
    html = response.content.decode()
    return {
        unit: {
            column: said(re.sub(r'<span class="unseen">.*?</span>', "", cell))
            for column, cell in re.findall(r'<td data-of="(.+?)">(.*?)</td>', row, re.DOTALL)
        }
        for unit, row in re.findall(r'<tr[^>]* data-unit="(.+?)">(.*?)</tr>', html, re.DOTALL)
    }


def file(client, **chosen):
    """The rows of the CSV file, by the name of the school or ARB, and the total of the workbook."""
    text = page(client, "compare_file", **chosen).content.decode("utf-8-sig")
    rows = {row["School or ARB"]: row for row in csv.DictReader(StringIO(text))}
    made = client.get(reverse("compare_file", args=["xlsx"]), chosen).content
    sheet = load_workbook(BytesIO(made)).worksheets[0]
    (total,) = (row for row in sheet.values if "Whole trust" in row)
    assert "Whole trust" not in rows, "a program would read it as a school"
    heading = next([*map(str, row)] for row in sheet.values if "School or ARB" in row)
    read = csv.DictReader(StringIO(as_csv(heading, [total]).decode("utf-8-sig")))
    return {**rows, "Whole trust": next(read)}


def per_cent(part, whole):
    return floor(Fraction(100 * part, whole) + Fraction(1, 2))


def interval(hits, total):
    """Wilson's interval as the two roots of its quadratic."""
    z = 1.959963984540054
    root = z * sqrt(z * z + 4 * hits * (1 - hits / total))
    return [(2 * hits + z * z + sign * root) / (2 * (total + z * z)) for sign in (-1, 1)]


def chosen_strands(chosen):
    """The ids of the strands that a choice counts, from the raw rows."""
    areas = {row["id"]: row["code"] for row in CoreArea.objects.values()}
    streams = {row["id"]: row["code"] for row in Stream.objects.values()}
    strand = chosen.get("strand", "core")
    found = set()
    for row in Strand.objects.values():
        names = {"all", f"strand.{streams[row['stream_id']]}.{row['code']}"}
        if row["core_area_id"]:
            names = {"all", "core", f"area.{areas[row['core_area_id']]}"}
        if strand in names and chosen.get("stream", "") in ("", streams[row["stream_id"]]):
            found.add(row["id"])
    return found


def belongs(at, unit, lens):
    """Whether a row of the table counts a pupil who is placed so."""
    kind, _, number = unit.partition("-")
    if kind == "all":
        return True
    if kind == "none":
        return at["class_group_id"] is None and belongs(at, number, lens)
    if kind == "school":
        here = lens == "registered" or at["arb_id"] is None
        return at["school_id"] == int(number) and here
    field = {"arb": "arb_id", "class": "class_group_id", "pupil": "pupil_id"}[kind]
    return at[field] == int(number)


def of_year(born_on, starts_on):
    """The national curriculum year of a child: those born in a September to August are one."""
    first = born_on.year if born_on.month >= 9 else born_on.year - 1
    return starts_on.year - first - 5


def grouped(person, term, chosen):
    """Whether a pupil is of the groups chosen."""
    yes_or_no = {"pp": "pupil_premium", "cla": "looked_after", "eal": "eal"}
    return (
        all(
            person[field] == (chosen[name] == "yes")
            for name, field in yes_or_no.items()
            if name in chosen
        )
        and chosen.get("need", person["primary_need"]) == person["primary_need"]
        and chosen.get("sex", person["sex"]) == person["sex"]
        and (
            "year" not in chosen
            or of_year(person["born_on"], term.year.starts_on) == int(chosen["year"])
        )
    )


def reckon(term, unit, chosen):
    """What one row must say, counted one by one."""
    routes = {row["id"]: row["code"] for row in Route.objects.values()}
    people = {row["id"]: row for row in Pupil.objects.values()}
    lens = chosen.get("lens", "registered")

    roll = {
        at["pupil_id"]
        for at in on_roll(term)
        if belongs(at, unit, lens)
        and chosen.get("route", routes[at["route_id"]]) == routes[at["route_id"]]
        and grouped(people[at["pupil_id"]], term, chosen)
    }
    strands = chosen_strands(chosen)
    due = [each for each in plain_progress(term) if each.pupil in roll and each.strand in strands]
    judged = [each for each in due if each.judged]
    gains = [each.gain for each in judged if each.gain is not None]
    aims = [
        row
        for row in TermlyTarget.objects.values()
        if row["term_id"] == term.pk
        and row["pupil_id"] in roll
        and not (row["retired_on"] and row["judged"] is None)
    ]
    targets = Counter(
        "not judged" if row["judged"] is None else "met" if row["judged"] >= 3 else "not met"
        for row in aims
    )
    sessions, attended = Counter[int](), Counter[int]()
    for row in AttendanceTotal.objects.values():
        if row["pupil_id"] in roll and term.starts_on <= row["starts_on"] <= term.ends_on:
            sessions[row["pupil_id"]] += row["possible"]
            attended[row["pupil_id"]] += row["attended"]
    sessions = +sessions
    return {
        "sessions": sessions.total(),
        "attended": sum(attended[pupil] for pupil in sessions),
        "attending": len(sessions),
        "persistent": sum(
            10 * (sessions[pupil] - attended[pupil]) >= sessions[pupil] for pupil in sessions
        ),
        "pupils": len(roll),
        "due": len(due),
        "judged": len(judged),
        "reached": Counter(WORDS[each.reached] for each in judged),
        "hits": sum((each.reached or 0) >= 3 for each in judged),
        "total": len(gains),
        "of pupils": len({each.pupil for each in judged if each.gain is not None}),
        "mean": sum(gains) / len(gains) if gains else None,
        "streams": {each.stream for each in judged if each.gain is not None},
        "targets": targets,
        "aimed": len({row["pupil_id"] for row in aims if row["judged"] is not None}),
    }


def judge_one(world, term=None):
    term = term or world.term
    strand = Strand.objects.get(stream=world.developmental, code="reading")
    Judgement.objects.create(
        pupil=world.pupils[0],
        strand=strand,
        term=term,
        point=Point.objects.filter(stream=strand.stream)[0],
        judged_at=timezone.now(),
    )
    return term.pk


def the_file_says(row, plain, *, one_stream):
    assert int(row["Pupils on roll"]) == plain["pupils"]
    assert int(row["Judgements due"]) == plain["due"]
    assert int(row["Judged"]) == plain["judged"]
    for column in ("None", "Some", "Expected", "Better", "No baseline"):
        assert int(row[column]) == plain["reached"][column.lower()]
    assert int(row["At or above expected"]) == plain["hits"]
    assert int(row["Judged with a baseline"]) == plain["total"]
    if plain["of pupils"] < 6:
        assert row["Share at or above expected"] == row["Lower 95 % limit"] == ""
    else:
        low, high = interval(plain["hits"], plain["total"])
        assert float(row["Share at or above expected"]) == pytest.approx(
            plain["hits"] / plain["total"]
        )
        assert float(row["Lower 95 % limit"]) == pytest.approx(low)
        assert float(row["Upper 95 % limit"]) == pytest.approx(high)
    met, missed = plain["targets"]["met"], plain["targets"]["not met"]
    assert int(row["Targets met"]) == met
    assert int(row["Targets judged"]) == met + missed
    assert int(row["Targets not judged"]) == plain["targets"]["not judged"]
    if plain["aimed"] < 6:
        assert row["Share of targets met"] == ""
    else:
        assert float(row["Share of targets met"]) == pytest.approx(met / (met + missed))
    assert (row["Share attended"] == "") == (plain["attending"] < 6)
    if plain["of pupils"] < 6 or not one_stream:
        assert row["Mean gain in points"] == ""
    else:
        assert float(row["Mean gain in points"]) == pytest.approx(float(plain["mean"]), abs=1e-4)


def the_tally_is(tally, plain):
    """Hold the counts of a row to those counted one by one."""
    reached = plain["reached"]
    assert (tally.pupils, tally.due, tally.judged) == (
        plain["pupils"],
        plain["due"],
        plain["judged"],
    )
    assert [tally.none, tally.some, tally.expected, tally.better, tally.no_baseline] == [
        reached[word] for word in ("none", "some", "expected", "better", "no baseline")
    ]
    assert tally.pupils_compared == plain["of pupils"]
    assert tally.pupils_aimed == plain["aimed"]
    targets = plain["targets"]
    assert (tally.targets_met, tally.targets_not_met, tally.targets_not_judged) == (
        targets["met"],
        targets["not met"],
        targets["not judged"],
    )
    assert (tally.attending, tally.possible, tally.attended, tally.persistent) == (
        plain["attending"],
        plain["sessions"],
        plain["attended"],
        plain["persistent"],
    )


def the_page_says(cells, plain):
    reached, hits, total = plain["reached"], plain["hits"], plain["total"]
    if plain["due"]:
        to_do = plain["due"] - plain["judged"]
        assert cells["judged"] == f"{plain['judged']} of {plain['due']}" + (
            f" {to_do} to do" if to_do else ""
        )
    if plain["judged"]:
        counts = [str(reached[word]) for word in ("none", "some", "expected", "better")]
        if reached["no baseline"]:
            counts.append(f"{reached['no baseline']} without a baseline")
        assert cells["progress"] == " ".join(counts)
    if plain["of pupils"] >= 6:
        low, high = (floor(100 * limit + 0.5) for limit in interval(hits, total))
        assert (
            cells["share"] == f"{per_cent(hits, total)} % {low}\N{EN DASH}{high} {hits} of {total}"
        )
    elif total:
        assert cells["share"] == f"too few {hits} of {total}"
        assert cells.get("standing") != "Within"
    met = plain["targets"]["met"]
    judged = met + plain["targets"]["not met"]
    if plain["aimed"] >= 6:
        assert cells["targets"].startswith(f"{per_cent(met, judged)} % {met} of {judged}")
    elif judged:
        assert "%" not in cells["targets"]
    if plain["targets"]["not judged"]:
        assert cells["targets"].endswith(f"{plain['targets']['not judged']} not judged")
    if plain["attending"] >= 6:
        tenths = floor(Fraction(1000 * plain["attended"], plain["sessions"]) + Fraction(1, 2))
        assert cells["attendance"].startswith(
            f"{tenths / 10} % {plain['attended']:,} of {plain['sessions']:,}"
        )
