"""Every number in the sentences of a report, held against the second reckoning."""

import re
from typing import Any

from tests.reporting.reading import Line
from tests.reporting.reckoning import Reckoning, Row, Tables
from tests.reporting.reckoning_trust import OF_WHICH, TrustReckoning

SHARE = r"(?P<n>[\d,]+) of (?P<of>[\d,]+)"
JUDGED = (
    rf"{SHARE} judgements at or above expected"
    r" \((?P<percent>\d+) %, interval (?P<low>\d+) to (?P<high>\d+)\)"
)
LINES = (
    rf"(?P<core>.+) has fallen most since (?P<last_term>.+?)\. {JUDGED}, from"
    r" (?P<last_n>[\d,]+) of (?P<last_of>[\d,]+) \((?P<last_percent>\d+) %\)\.",
    rf"(?P<core>.+) is (?:the lowest of the core areas|the only core area judged)\. {JUDGED}\.",
    r"No progress can be shown in the core areas yet\. (?P<no_core>No judgement) in them has a"
    r" baseline to be compared with\.",
    r"No group or ARB stands out\. Of those with 6 pupils or more \((?P<large>\d+)\), each is where"
    r" chance may put it around the (?:school|trust)'s (?P<whole>\d+) %\.",
    rf"(?P<unit>.+) (?:is (?:above|below) the limits|is one to watch, (?:high|low)) for its size"
    rf" (?P<percent>\d+) % \({SHARE}\) at or above expected, the trust (?P<whole>\d+) %\.",
    rf"(?P<group>.+) (?:is well|may be) (?:above|below) the (?:school|trust)\. {JUDGED}, beside"
    r" (?P<whole>\d+) % for all\.",
    rf"(?P<overall>Progress overall)(?: has (?:fallen|risen|held) since (?P<last_term>.+?))?\."
    rf" {JUDGED} in all core areas(?:; (?P<last_percent>\d+) % in (?P<before>.+))?\.",
    r"(?P<no_due>No judgements) are due\. No pupil on roll has a strand to judge\.",
    r"(?:All judgements are in|(?P<missing>[\d,]+) judgements are not yet made)\."
    r" (?P<judged>[\d,]+) of (?P<due>[\d,]+) made in all strands(?:\.|; (?P<no_baseline>[\d,]+) of"
    r" them have no baseline and count in no share\.)",
    r"(?:Not all judgements are made yet|All judgements are in)\. (?P<made>\d+) % are made in all"
    r" strands\.",
    r"(?P<no_targets>No termly targets) are set\. Of 0 targets, 0 are judged\.",
    r"(?P<waiting>No termly target) is judged yet\. (?P<left>[\d,]+) of (?P<set>[\d,]+) are"
    r" waiting\.",
    rf"(?P<met>Termly targets): {SHARE} judged were met\. (?P<percent>\d+) %, interval"
    r" (?P<low>\d+) to (?P<high>\d+)(?:; (?:(?P<left>[\d,]+) of (?P<set>[\d,]+) not yet judged|all"
    r" are judged))?\.",
    rf"Persistent absence is well (?P<beside>above|below) the national figure\. {SHARE} pupils"
    r" \((?P<percent>[\d.]+) %\), beside (?P<national>[\d.]+) %(?:; (?P<severe>\d+) of them"
    r" severely)?\.",
    r"(?P<severe>\d+) pupils? missed half of all sessions or more\. Of (?P<of>\d+) who had any;"
    r" (?P<last_n>\d+) in the term before\.",
    r"(?P<owed>Some of what is owed) by law is late\. (?P<late>.+)\.",
)


def check_lines(lines: list[Line], reckoning: Reckoning, seen: Tables | None = None) -> None:  # noqa: C901, PLR0912  # a case a line
    """Hold every number of the lines at a glance against what is reckoned.

    `seen` is what readers outside the school see of it: a line may tell of nothing else.
    """
    assert lines, "no lines"
    numbers = reckoning.numbers() if seen is None else seen
    core = numbers.get(("standards", "core"), {})
    whole: Row = core.get("All core areas", {}).get("share") or {"of": 0}
    for line in lines:
        said = _said(line.words)
        if "last_term" in said:
            assert said["last_term"] == said.get("before", said["last_term"])
        if "core" in said:
            _same(said, core[said["core"]])
        elif "no_core" in said:
            assert not any(row["share"].get("of", 1) for row in core.values())
        elif "group" in said:
            _same(said, _group(said["group"], line.part, reckoning, numbers))
        elif "large" in said:
            assert int(said["large"]) == _large(reckoning, numbers)
        elif "unit" in said:
            _unit(said, reckoning, numbers)
        elif "overall" in said:
            _same(said, core["All core areas"])
        elif "made" in said:
            row = numbers["standards", "coverage"]["All strands of all streams"]
            assert f"{said['made']} %" == row["coverage"]["words"]
        elif "judged" in said:
            _coverage(said, numbers["standards", "coverage"]["All strands of all streams"])
        elif "no_due" in said:
            assert not reckoning.pairs_this
        elif not _further(said, numbers):
            _targets(said, numbers.get(("targets", "areas"), {}))
        if "whole" in said:
            assert int(said["whole"]) == whole["percent"]
    assert len(lines) == len({*map(_kind, lines)}), "two lines of one thing"


def _said(words: str) -> dict[str, str]:
    """Return what a line says; one that no pattern knows is a sentence that nobody checks."""
    for pattern in LINES:
        if found := re.fullmatch(pattern, words):
            return {key: value for key, value in found.groupdict().items() if value is not None}
    raise AssertionError(f"a line that nobody checks: {words}")


def _kind(line: Line) -> str:
    of = {
        "core": ("core", "no_core"),
        "group": ("group", "large"),
        "overall": ("overall",),
        "coverage": ("judged", "made", "no_due"),
        "targets": ("no_targets", "waiting", "met"),
        "attendance": ("beside", "severe"),
        "owed": ("owed",),
    }
    said = _said(line.words)
    if "unit" in said:
        return said["unit"]
    return next(kind for kind, keys in of.items() if any(key in said for key in keys))


def number(text: str) -> int:
    return int(text.replace(",", ""))


def _same(said: dict[str, str], row: dict[str, Row]) -> None:
    share, last = row["share"], row.get("last", {})
    for key in ("n", "of", "percent", "low", "high"):
        assert number(said[key]) == share[key], (said, share)
    for key in ("n", "of", "percent"):
        if f"last_{key}" in said:
            assert number(said[f"last_{key}"]) == last[key], (said, last)
    if "last_percent" not in said and "overall" in said:
        assert not last.get("of")


def _unit(said: dict[str, str], reckoning: Reckoning, numbers: Tables) -> None:
    """Hold what is said of a school or an ARB that stands out against its row."""
    assert isinstance(reckoning, TrustReckoning)
    assert said["unit"] not in reckoning.few_units()
    table = numbers["schools", "schools"]
    share = table.get(said["unit"]) or table[f"{OF_WHICH}{said['unit']}"]
    for key in ("n", "of", "percent"):
        assert number(said[key]) == share["share"][key]


def _group(name: str, part: str, reckoning: Reckoning, numbers: Tables) -> dict[str, Row]:
    if part == "Pupils in area resource bases":
        assert name not in reckoning.few_places()
        return numbers["places", "places"][name]
    corner, _, group = name.partition(": ")
    if not group:
        corner, group = "Route", name.removesuffix(" route")
    codes = {"Year group": "year", "Primary need": "need", "Route": "route", "Sex": "sex"}
    codes |= {"Pupil premium": "pp", "Looked-after children": "cla", "First language": "eal"}
    assert (codes[corner], group) not in reckoning.few()
    return numbers["groups", codes[corner]][group]


def _large(reckoning: Reckoning, numbers: Tables) -> int:
    """Count the groups and places, but the school itself, with enough pupils and a share."""
    few = reckoning.few()
    groups = sum(
        bool(row["share"].get("of")) and (code, name) not in few
        for (section, code), table in numbers.items()
        if section == "groups"
        for name, row in table.items()
    )
    places = list(numbers.get(("places", "places"), {}).items())[2:]
    small = reckoning.few_places()
    return groups + sum(bool(row["share"].get("of")) and name not in small for name, row in places)


def _coverage(said: dict[str, str], row: dict[str, Row]) -> None:
    judged, due = number(said["judged"]), number(said["due"])
    assert (judged, due) == (row["coverage"]["n"], row["coverage"]["of"])
    assert number(said.get("missing", "0")) == due - judged
    assert number(said.get("no_baseline", "0")) == row["no_baseline"]["n"]


def _targets(said: dict[str, str], rows: dict[str, Any]) -> None:
    if "no_targets" in said:
        assert not rows
        return
    total = rows["All areas"]
    left = number(said.get("left", "0"))
    if "not_judged" in total:
        assert left == total["not_judged"]["n"]
    assert number(said["set"]) == total["set"]["n"] if left else "set" not in said
    if "met" in said:
        for key in ("n", "of", "percent", "low", "high"):
            assert number(said[key]) == total["share"][key]
    else:
        assert not total["share"]["of"]


def _further(said: dict[str, str], numbers: Tables) -> bool:
    """Hold a line of the further sections against what is reckoned; say whether it is one."""
    if "severe" in said or "beside" in said:
        _absence(said, numbers["attendance", "main"])
    elif "owed" in said:
        _late(said["late"], numbers["compliance", "main"])
    else:
        return False
    return True


def _absence(said: dict[str, str], rows: dict[str, Any]) -> None:
    persistent = rows["Pupils persistently absent"]
    severe = rows["Of these, severely absent"]
    assert int(said.get("severe", "0")) == severe["this"].get("n", 0)
    if "beside" not in said:
        assert int(said["of"]) == severe["this"]["of"]
        assert int(said["last_n"]) == severe["last"]["n"] < severe["this"]["n"]
        return
    this = persistent["this"]
    assert (number(said["n"]), number(said["of"])) == (this["n"], this["of"])
    assert said["percent"] == str(this["percent"])
    assert f"{said['national']} %" == persistent["national"]["words"]
    above = this["percent"] > float(said["national"])
    assert said["beside"] == ("above" if above else "below")


def _late(said: str, rows: dict[str, Any]) -> None:
    """Hold what is late against the rows, in their order."""
    names = (
        "personal education plans",
        "annual review meetings",
        "statutory assessments",
        "premium statements",
    )
    told = [
        f"{name}: {row['late']['n']}"
        for name, row in zip(names, rows.values(), strict=True)
        if row["late"]["n"]
    ]
    assert said == "; ".join(told).capitalize()
