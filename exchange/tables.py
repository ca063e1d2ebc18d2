"""Tables that leave as files: imports, the lines of one, transfers, and what was erased."""

from collections.abc import Iterable
from typing import Any

from exchange.selectors.transfers import SentFile
from parrcs.core.sheets import Sheet, list_sheet


def imports_sheet(imports: Iterable[Any]) -> Sheet:
    """Return a row for each import, the latest first."""
    rows = [
        [
            each.name,
            each.get_kind_display(),
            each.place,
            each.sent_at,
            each.sent_by.name,
            each.get_state_display(),
            each.all_lines,
            each.new_lines,
            each.changed_lines,
            each.unchanged_lines,
            each.refused_lines,
            each.applied_at,
            each.applied_by.name if each.applied_by else "",
            each.undone_at,
            each.undone_by.name if each.undone_by else "",
        ]
        for each in imports
    ]
    heading = (
        "File",
        "Kind",
        "For",
        "Sent",
        "Sent by",
        "State",
        "Lines",
        "New",
        "Changed",
        "Unchanged",
        "Refused",
        "Applied",
        "Applied by",
        "Undone",
        "Undone by",
    )
    return list_sheet("Imports", heading, rows)


def lines_sheet(run: Any, lines: Iterable[Any], *, only: str) -> Sheet:
    """Return a row for each line of an import, in the order of the file."""
    rows = [
        [
            _number(line),
            _whom(line),
            line.get_outcome_display(),
            "; ".join(_changed(*each) for each in line.changes),
            _why(line),
            line.left,
        ]
        for line in lines
    ]
    heading = ("Line", "About", "Outcome", "What changes", "Why it was refused", "Left")
    about = [("File", run.name), ("For", run.place), ("State", run.get_state_display())]
    about.append(("Lines", only))
    return list_sheet("Lines of an import", heading, rows, about=about, of_pupils=True)


def refused_sheet(run: Any, lines: Iterable[Any], *, read_only: bool) -> Sheet:
    """Return the refused lines as they were sent, to be mended and sent again.

    `read_only`: without the columns that are not read.
    """
    kept = [
        (place, heading)
        for place, (heading, code) in enumerate(run.columns)
        if code or not read_only
    ]
    rows = [
        [
            *(line.texts[place] if place < len(line.texts) else "" for place, _ in kept),
            _number(line),
            _why(line),
        ]
        for line in lines
    ]
    headings = [heading for _, heading in kept]
    heading = [*headings, "Line in the file", "Why it was refused"]
    return list_sheet("Refused lines", heading, rows, of_pupils=True)


def transfers_sheet(sent: Iterable[SentFile]) -> Sheet:
    """Return a row for each common transfer file that was downloaded, the latest first."""
    rows = [
        [each.name, each.school.name, each.to, each.pupils, each.sent_at, each.sent_by]
        for each in sent
    ]
    heading = ("File", "From", "For", "Pupils", "Downloaded", "By")
    return list_sheet("Common transfer files", heading, rows)


def _number(line: Any) -> int | str:
    number: int = line.number
    return str(line.where) if line.counts_pupils else number


def _whom(line: Any) -> str:
    mark = " (protected)" if line.pupil and line.pupil.protected else ""
    return f"{line.about or 'not kept'}{mark}"


def _changed(what: str, before: str, after: str) -> str:
    return f"{what}: {before} becomes {after}" if before else f"{what}: {after}"


def _why(line: Any) -> str:
    return "; ".join(f"{column}: {words}" if column else words for column, words in line.problems)


def erasures_sheet(log: Iterable[Any]) -> Sheet:
    """Return a row for each erasure, the latest first; whom it was about is kept nowhere."""
    rows = [
        [
            each.erased_at,
            each.pupils,
            each.records,
            each.kept,
            each.get_reason_display(),
            each.erased_by.name if each.erased_by else "",
        ]
        for each in log
    ]
    heading = ("When", "Pupils", "Other records", "Pupils kept out", "Why", "Decided by")
    return list_sheet("What was erased", heading, rows)
