"""First drafts: each number of a sentence stands in one of its cells, and none is hidden."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from parrcs.core.access import Role
from reporting.choices import Part, ReportKind, TrustPart
from reporting.measures.small_numbers import Rules
from reporting.reports.document import (
    Cell,
    Section,
    count,
    hidden,
    known,
    moved,
    part,
    rate,
    row,
    section,
    shared,
    table,
    words,
)
from reporting.reports.drafts import Sentence, draft_of, first_draft
from reporting.reports.figures import share
from reporting.reports.ht import ht_report
from reporting.reports.lgb import lgb_report

LAST = "the summer"
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")

AREAS = ("coverage", "no_baseline", "none", "some", "expected", "better", "share", "last", "change")
SHAPES: dict[str, dict[str, tuple[str, ...]]] = {
    Part.ROLL: dict.fromkeys(("need", "pp", "places", "year"), ("pupils",)),
    Part.STANDARDS: {"core": AREAS, "coverage": ("coverage", "no_baseline")},
    Part.OTHER: {"strands": AREAS},
    Part.GROUPS: dict.fromkeys(("need", "pp"), ("count", "coverage", "no_baseline", "share")),
    Part.PLACES: {"places": ("count", "coverage", "share", "targets")},
    Part.TARGETS: {"areas": ("set", "not_judged", "met", "share", "last", "change")},
    Part.ATTENDANCE: {"main": ("this", "last", "national")},
    Part.BEHAVIOUR: {"main": ("this", "last")},
    Part.TRAINING: {},
    TrustPart.SCHOOLS: {"schools": ("coverage", "share", "last", "change")},
}
COUNTS = {"no_baseline", "none", "some", "expected", "better", "set", "not_judged", "met", "count"}


OF_ENGLAND = known(86.8)


@st.composite
def shares(draw: st.DrawFn, name: str) -> Cell:
    of = draw(st.integers(0, 1500))
    n = draw(st.integers(0, of))
    if draw(st.booleans()):
        return rate((f"{name}.n", f"{name}.of"), n, of, decimal=draw(st.booleans()))
    few = draw(st.integers(0, 9)) == 0
    return shared((f"{name}.n", f"{name}.of"), share(n, of), why="none judged", few=few)


@st.composite
def cells(draw: st.DrawFn, columns: tuple[str, ...], name: str) -> list[Cell]:
    """Return the cells of a row, made as reports make them; any of them may be hidden."""
    made: dict[str, Cell] = {}
    bare = draw(st.booleans())
    for column in columns:
        key = f"{name}.{column}"
        if column in COUNTS or (bare and column in {"this", "last"} and "share" not in made):
            made[column] = count(key, draw(st.integers(0, 2000)))
        elif column == "coverage":
            of = draw(st.integers(0, 2000))
            made[column] = part((f"{key}.n", f"{key}.of"), draw(st.integers(0, of)), of)
        elif column == "change":
            made[column] = moved(made["share"], made["last"])
        elif column == "national":
            made[column] = draw(st.sampled_from([OF_ENGLAND, words("")]))
        elif column == "last" and draw(st.integers(0, 5)) == 0:
            made[column] = words("no term before")
        else:
            made[column] = draw(shares(key))
    return [hidden() if draw(st.integers(0, 4)) == 0 else made[each] for each in columns]


@st.composite
def sections(draw: st.DrawFn) -> Section:
    """Return a section of any kind; the names in it have no digits."""
    code = draw(st.sampled_from(list(SHAPES)))
    tables = []
    for number, (name, columns) in enumerate(SHAPES[code].items()):
        rows = draw(st.integers(0, 4))
        pair = name == "pp" and rows > 1
        codes = ["yes", "no"] if pair else [f"row-{each}" for each in range(rows)]
        lines = [
            row(each, f"Name {chr(65 + at)}", draw(cells(columns, f"{number}.{at}")))
            for at, each in enumerate(codes)
        ]
        if draw(st.booleans()):
            of_all = draw(cells(columns, f"{number}.all"))
            lines.append(row("all", "All of them", of_all, total=True))
        titles = [(each, LAST if each == "last" else f"Column {each}") for each in columns]
        tables.append(table(name, f"Table {name}", head="Kind", columns=titles, rows=lines))
    return section(code, "Title", tables=tables)


def cells_said(found: Section, sentence: Sentence) -> Iterator[Cell]:
    """Return the cells that a sentence says it is made of."""
    for place in sentence.places:
        (of,) = [each for each in found["tables"] if each["caption"] == place.table]
        (line,) = [each for each in of["rows"] if each["name"] == place.row]
        at = [each["title"] for each in of["columns"]].index(place.column)
        yield line["cells"][at]


def numbers_of(cell: Cell) -> set[float]:
    return {
        abs(value)
        for name, value in cell.items()
        if name in {"n", "of", "percent", "points"} and isinstance(value, (int, float))
    }


def check(found: Section) -> None:
    for sentence in first_draft(found):
        said = list(cells_said(found, sentence))
        assert said
        # What is hidden is never among them, nor a group of few as a group.
        assert all(each["kind"] != "hidden" for each in said)
        assert not any(each.get("few") for each in said)
        assert {*sentence.keys} == {key for each in said for key in each.get("keys", ())}
        text = sentence.text
        for place in sentence.places:
            text = text.replace(place.row, "")
        for term in {each["title"] for of in found["tables"] for each in of["columns"]}:
            text = text.replace(term, "")
        stated = {float(each.replace(",", "")) for each in NUMBER.findall(text)}
        assert stated <= set().union(*map(numbers_of, said)), sentence
        assert sentence.text.endswith(".")


@settings(max_examples=300, deadline=None)
@given(sections())
def test_each_number_stands_in_a_cell_that_is_shown(found: Section) -> None:
    check(found)


@settings(max_examples=200, deadline=None)
@given(sections())
def test_what_is_hidden_changes_no_word(found: Section) -> None:
    """Whatever stood in a hidden cell, the draft of what is read is the same."""
    said = [each.text for each in first_draft(found)]
    other: Any = {
        **found,
        "tables": [
            {
                **of,
                "rows": [
                    {
                        **line,
                        "cells": [
                            {**each, "text": "", "n": 4, "of": 9}
                            if each["kind"] == "hidden"
                            else each
                            for each in line["cells"]
                        ],
                    }
                    for line in of["rows"]
                ],
            }
            for of in found["tables"]
        ],
    }
    assert [each.text for each in first_draft(other)] == said


def test_the_sentences_a_head_reads() -> None:
    def area(
        code: str, now: tuple[int, int], before: tuple[int, int], total: bool = False
    ) -> object:
        this = shared((f"{code}.at", f"{code}.of"), share(*now), why="", few=False)
        last = shared((f"{code}.at-", f"{code}.of-"), share(*before), why="", few=False)
        made = part((f"{code}.judged", f"{code}.due"), now[1], now[1] + 2)
        name = "All core areas" if total else code
        return row(code, name, [made, this, last, moved(this, last)], total=total)

    columns = (("coverage", "Judged"), ("share", "Now"), ("last", LAST), ("change", "Change"))
    lines = [
        area("Reading", (20, 30), (18, 30)),
        area("Writing", (21, 30), (15, 30)),
        area("All", (41, 60), (38, 60), total=True),
    ]
    found = section(
        Part.STANDARDS,
        "Progress",
        tables=[table("core", "Core", head="Area", columns=columns, rows=lines)],  # type: ignore[arg-type]
    )
    check(found)
    assert [each.text.replace("\u00a0", " ") for each in first_draft(found)] == [
        "68 % (41 of 60) of judgements in core areas are at or above what is expected, 5 points"
        " more than in the summer.",
        "Writing is up by 20 points: 70 % (21 of 30), from 50 % (15 of 30) in the summer.",
        "Reading is up by 7 points: 67 % (20 of 30), from 60 % (18 of 30) in the summer.",
        "Of the core areas judged, Writing is highest with 70 % (21 of 30), and Reading lowest"
        " with 67 % (20 of 30).",
        "60 of 62 judgements due in core areas are made.",
    ]
    first = first_draft(found)[0]
    assert first.keys == ("All.at", "All.of", "All.at-", "All.of-")
    assert [tuple(each) for each in first.places] == [
        ("Progress", "Core", "All core areas", "Now"),
        ("Progress", "Core", "All core areas", "Change"),
    ]
    # With one area hidden, nobody is called the highest or the lowest.
    lines[0] = row("Reading", "Reading", [hidden()] * 4)
    found["tables"][0]["rows"] = lines  # type: ignore[typeddict-item]
    assert not any("highest" in each.text for each in first_draft(found))


def test_counts_beside_last_terms_and_the_nation() -> None:
    columns = (("this", "Now"), ("last", LAST), ("national", "Special schools"))
    lines = [
        row("all", "Attendance", [rate(("a", "b"), 868, 1000), hidden(), OF_ENGLAND]),
        row("gone", "Suspensions", [count("e", 3), count("f", 1), words("")]),
        row("none", "Exclusions", [count("g", 0), count("h", 0), words("")]),
        row("not", "Missing", [words("not counted"), count("i", 2), words("")]),
    ]
    found = section(
        Part.ATTENDANCE,
        "Attendance",
        tables=[table("main", "Main", head="What", columns=columns, rows=lines)],
    )
    check(found)
    assert [each.text.replace("\u00a0", " ") for each in first_draft(found)] == [
        "Attendance: 87 % (868 of 1,000); nationally 86.8 %.",
        "Suspensions: 3, 1 in the summer.",
    ]
    assert draft_of(section(Part.TRAINING, "Training")) is None


@pytest.mark.parametrize("largest", [5, 7])
def test_drafts_of_a_real_report_say_what_governors_read(busy, sign_in, largest) -> None:
    document = ht_report(busy.access(Role.HEAD), school=busy.school, term=busy.term)
    assert document["kind"] == ReportKind.HT
    read, gone = lgb_report(document, rules=Rules(largest, 6), earlier=[])
    assert gone.hidden
    for of in (document, read):
        for each in of["sections"]:
            for sentence in first_draft(each):
                stated = NUMBER.findall(sentence.text)
                assert stated, sentence
    told = {key for each in read["sections"] for said in first_draft(each) for key in said.keys}
    assert told
    assert not told & gone.hidden


def test_a_head_begins_from_the_draft_on_the_page(busy, sign_in) -> None:
    head = sign_in(Role.HEAD)
    place = (busy.school.pk, busy.term.pk)
    page = head.get(reverse("write_report", args=place)).content.decode()
    document = ht_report(busy.access(Role.HEAD), school=busy.school, term=busy.term)
    read, _ = lgb_report(document, rules=Rules(5, 6), earlier=[])
    drafts = {each["code"]: draft_of(each) for each in read["sections"]}
    assert page.count("Use this draft") == sum(each is not None for each in drafts.values())
    draft = drafts[Part.STANDARDS]
    assert draft
    assert f'name="draft" value="{draft.text}"' in page
    assert "Where these numbers stand" in page
    of, line, columns = draft.sentences[0].rows[0]
    assert columns == "At or above expected, Change"
    assert f"{of}: {line}, under {columns}" in page
