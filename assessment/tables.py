"""Tables that leave as files: what is left to record, aims, baselines, streams and records."""

from collections.abc import Iterable
from typing import Any

from assessment.selectors.aims import AimsPage
from assessment.selectors.baselines import ClassBaselines
from assessment.selectors.classes import ClassList
from assessment.selectors.notes import Subject
from assessment.selectors.streams import StreamList
from assessment.selectors.windows import ListedSchool, SchoolWindow
from parrcs.core.sheets import Sheet, list_sheet
from pupils.selectors.pupils import PupilFile


def classes_sheet(listed: ClassList) -> Sheet:
    """Return a row for each class, with what is in of its judgements."""
    rows = [
        [
            each.class_group.name,
            each.class_group.school.name,
            each.class_group.arb.name if each.class_group.arb else "",
            each.coverage.pupils,
            each.coverage.judged,
            each.coverage.due,
            each.starters,
            each.days.words(listed.today),
        ]
        for each in listed.classes
    ]
    heading = (
        "Class",
        "School",
        "ARB",
        "Pupils",
        "Judged",
        "Due",
        "Pupils without all baselines",
        "Judgements are entered",
    )
    about = [("Term", str(listed.term or ""))]
    total = listed.total
    totals = [["All classes", "", "", total.pupils, total.judged, total.due]] if rows else []
    return list_sheet("Classes", heading, rows, about=about, totals=totals)


def windows_sheet(listed: Iterable[ListedSchool]) -> Sheet:
    """Return a row for each school, with the days that it goes by and what is in."""
    rows = [
        [each.school.name, str(each.term), each.words, each.coverage.judged, each.coverage.due]
        for each in listed
    ]
    return list_sheet("Windows", ("School", "Term", "Window", "Judged", "Due"), rows)


def school_window_sheet(page: SchoolWindow) -> Sheet:
    """Return a row for each class of a school, with what is left to do and who teaches it."""
    rows = [
        [
            each.class_group.name,
            each.class_group.arb.name if each.class_group.arb else "",
            ", ".join(person.name for person in each.teachers),
            each.coverage.judged,
            each.coverage.due,
            each.left,
            each.days.late_until,
            each.days.late_reason,
            each.reminded,
        ]
        for each in page.classes
    ]
    heading = (
        "Class",
        "ARB",
        "Teachers",
        "Judged",
        "Due",
        "Left",
        "Late entry until",
        "Why late",
        "Reminded today",
    )
    window = page.window
    about = [
        ("School", page.school.name),
        ("Term", str(page.term)),
        ("Window from", window.opens_on if window else "not set"),
        ("Window until", window.closes_on if window else ""),
    ]
    total = page.total
    totals = [["All classes", "", "", total.judged, total.due, total.due - total.judged]]
    return list_sheet("What is left", heading, rows, about=about, totals=totals if rows else ())


def aims_sheet(page: AimsPage) -> Sheet:
    """Return a row for each pupil and strand of a class, with where they stand and the aim."""
    rows = [
        [
            placement.pupil.marked_name,
            placement.judged_route_name,
            table.name,
            cell.strand.name,
            cell.last.point.code if cell.last else "",
            str(cell.last.term) if cell.last else "",
            cell.start.code if cell.start and not cell.last else "",
            cell.suggested.code if cell.suggested else "",
            cell.aim,
        ]
        for table in page.tables
        for placement, cells in table.rows
        for cell in cells
    ]
    heading = (
        "Pupil",
        "Route",
        "Stream",
        "Strand",
        "Last point",
        "Judged in",
        "Baseline",
        "Suggested",
        "Aim",
    )
    group = page.class_group
    about = [
        ("School", group.school.name),
        ("ARB", group.arb.name if group.arb else ""),
        ("Class", group.name),
        ("Aims for", str(group.year)),
    ]
    return list_sheet("Aims", heading, rows, about=about, of_pupils=True)


def baselines_sheet(listed: ClassBaselines | None, *, class_group: Any) -> Sheet:
    """Return a row for each pupil of a class: those who lack baselines first."""
    rows = [
        [
            each.placement.pupil.marked_name,
            each.placement.judged_route_name,
            each.due,
            each.set_already,
            ", ".join(strand.name for strand in each.missing),
            "",
        ]
        for each in (listed.starters if listed else ())
    ]
    rows += [
        [
            each.placement.pupil.marked_name,
            each.placement.judged_route_name,
            each.due,
            each.due,
            "",
            each.latest,
        ]
        for each in (listed.settled if listed else ())
    ]
    heading = ("Pupil", "Route", "Strands due", "Baselines set", "Missing in", "Latest of")
    about = [
        ("School", class_group.school.name),
        ("ARB", class_group.arb.name if class_group.arb else ""),
        ("Class", class_group.name),
        ("Term", str(listed.term) if listed else ""),
    ]
    return list_sheet("Baselines", heading, rows, about=about, of_pupils=True)


def streams_sheet(listed: StreamList) -> Sheet:
    """Return a row for each version of a stream, by what it is to the trust today."""
    rows = [
        [
            line.stream.name,
            line.stream.version,
            name,
            line.state,
            line.strands,
            line.points,
            ", ".join(line.routes),
            line.stream.approved_from,
            line.stream.approved_until,
        ]
        for name, lines in (
            ("In use", listed.in_use),
            ("Approved for later", listed.to_come),
            ("Waiting for approval", listed.waiting),
            ("Past", listed.past),
        )
        for line in lines
    ]
    heading = (
        "Stream",
        "Version",
        "Is",
        "State",
        "Strands",
        "Points",
        "Routes",
        "Approved from",
        "Approved until",
    )
    return list_sheet("Streams", heading, rows, held=2)


def notes_sheet(file: PupilFile, notes: Iterable[Any], *, about: str, files_only: bool) -> Sheet:
    """Return a row for each note on a pupil, the latest first; of files only how many there are."""
    rows = [
        [
            each.seen_on,
            Subject(each.strand, each.target).name,
            each.text,
            each.point.code if each.point else "",
            "" if each.point is None else "secured" if each.secured else "worked on",
            len(each.evidence.all()),
            each.written_by.name,
        ]
        for each in notes
    ]
    heading = ("Seen on", "About", "Note", "Point", "Step", "Files", "Written by")
    lines = [
        ("Pupil", file.pupil.marked_name),
        ("About", about),
        ("Narrowed", "with pictures or PDFs only" if files_only else ""),
    ]
    return list_sheet("Notes", heading, rows, about=lines, of_pupils=True)


def achievements_sheet(file: PupilFile, achievements: Iterable[Any]) -> Sheet:
    """Return a row for each achievement of a pupil, the latest first, without photos."""
    rows = [
        [
            each.achieved_on,
            str(each.area),
            each.what,
            each.voice,
            ", ".join(str(symbol.label) for symbol in each.chosen_symbols),
            str(each.written_by),
        ]
        for each in achievements
    ]
    heading = ("Achieved on", "Area", "What", "In the pupil's words", "Symbols", "Written by")
    about = [("Pupil", file.pupil.marked_name)]
    return list_sheet("Achievements", heading, rows, about=about, of_pupils=True)
