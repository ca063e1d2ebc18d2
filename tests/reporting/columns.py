"""Which column of a report is which, by its heading."""

import re

COLUMNS = {
    "Pupils": "pupils",
    "Judged of due": "coverage",
    "No baseline": "no_baseline",
    "None": "none",
    "Some": "some",
    "Expected": "expected",
    "Better": "better",
    "At or above expected": "share",
    "Change": "change",
    "Termly targets met": "targets",
    "Targets not judged": "targets_not_judged",
    "Set": "set",
    "Not judged": "not_judged",
    "Not yet": "not_yet",
    "Partly": "partly",
    "Met": "met",
    "Exceeded": "exceeded",
    "Met of judged": "share",
    "Judged": "judged",
    "Up": "up",
    "The same": "same",
    "Down": "down",
    "Nothing to compare with": "first",
    "Outcomes": "outcomes",
    "With a target this term": "worked_on",
    "A target met": "met",
    "A target carried forward": "carried",
    "Outcome changed": "changed",
    "The year so far": "year",
    "England, 2025/26": "national",
    "Sessions attended": "attended",
    "Done of due": "this",
    "Late": "late",
    "Spent of received, £": "spent",
    "Who sees to it": "owner",
    "By": "due_on",
    "Done": "done_on",
    "Attended in England": "national",
    "Persistently absent": "persistent",
    "Persistent in England": "national_persistent",
    "PEPs held": "peps",
    "Reviews in time": "reviews",
    "Assessments done": "assessments",
    "Premiums published": "premiums",
}
TERM = re.compile(r"(Autumn|Spring|Summer) \d{4}")


def code_of(title: str, last_term: str | None, place: tuple[str, str] = ("", "")) -> str:
    """Return the code of a column by its heading; a heading that nobody knows is a fault."""
    if place == ("areas", "areas"):
        return title  # that of a core area is its name
    if title == (last_term or "Last term"):
        return "last"
    if place == ("attendance", "attendance") and title == "Sessions attended":
        return "this"
    return "this" if TERM.fullmatch(title) else COLUMNS[title]
