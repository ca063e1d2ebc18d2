"""What in the words of a report might tell governors who a child is, said before it is ready."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parrcs.core.access import Access
from pupils.models import Placement, Pupil
from reporting.choices import Part, ReportKind
from reporting.measures.names_in import Child, names_in, small_numbers_in
from reporting.models import NextStep, SectionText
from reporting.selectors.settings import report_settings
from reporting.selectors.writing import parts_of
from schools.models import School, Term


@dataclass(frozen=True)
class Concern:
    """Something in a section's words; `must`: the report cannot be published with it."""

    section: str
    title: str
    words: str
    must: bool


def concerns(
    access: Access, *, school: School | None, term: Term, kind: ReportKind
) -> list[Concern]:
    """Return what to change, and then what to look at again, in the order of the report.

    The comments and the next steps are read; the same number of queries for any number of them.
    """
    of = {"school": school, "term": term, "kind": kind}
    written = dict(
        SectionText.objects.visible_to(access)
        .filter(**of)
        .exclude(text="")
        .values_list("section", "text")
    )
    steps = NextStep.objects.visible_to(access).filter(**of).values_list("what", "owner")
    texts = [
        (section, title, written.get(section, "")) for section, title in parts_of(kind).items()
    ]
    return _concerns(access, school, texts, list(steps))


def concerns_in(
    access: Access, *, school: School | None, sections: Sequence[Mapping[str, Any]]
) -> list[Concern]:
    """Return the same of a report that is made: what its sections say, as they are kept with it."""
    texts = [(each["code"], each["title"], each["comment"]) for each in sections]
    steps = [
        (row["name"], row["cells"][0].get("text", ""))
        for each in sections
        if each["code"] == Part.NEXT
        for table in each["tables"]
        for row in table["rows"]
    ]
    return _concerns(access, school, texts, steps)


def _concerns(
    access: Access,
    school: School | None,
    texts: list[tuple[str, str, str]],
    steps: list[tuple[str, str]],
) -> list[Concern]:
    """Look through texts, and steps with their owners."""
    texts = texts + [(Part.NEXT, str(Part.NEXT.label), what) for what, _owner in steps]
    children = _children(access, school)
    largest = report_settings().largest_small
    found = [
        each
        for section, title, text in texts
        if text
        for each in _in(section, title, text, children, largest)
    ]
    # Of who sees to a step only a whole name tells that it is a pupil's: adults have first names.
    strangers = [each._replace(here=False) for each in children]
    found += [
        Concern(Part.NEXT, str(Part.NEXT.label), _of_name(each.words), must=True)
        for _what, owner in steps
        for each in names_in(owner, strangers)
    ]
    once = list(dict.fromkeys(found))
    return [each for each in once if each.must] + [each for each in once if not each.must]


def _in(section: str, title: str, text: str, children: list[Child], largest: int) -> list[Concern]:
    names = names_in(text, children)
    numbers = small_numbers_in(text, largest=largest)
    return [
        *(
            Concern(
                section, title, _of_name(each.words) if each.must else _maybe(each.words), each.must
            )
            for each in names
        ),
        *(
            Concern(
                section,
                title,
                f"“{each}” may be a small number about children: governors read this.",
                must=False,
            )
            for each in numbers
        ),
    ]


def _of_name(words: str) -> str:
    return f"“{words}” is the name of a pupil. A report names no pupil: write it without."


def _maybe(words: str) -> str:
    return f"“{words}” is also the first name of a pupil. Look whether it means the pupil."


def _children(access: Access, school: School | None) -> list[Child]:
    """Return the names of the pupils whom the person sees, leavers among them.

    Of others nothing is told: whoever may not see a child does not learn here of the name.
    """
    names = Pupil.objects.visible_to(access).values_list("pk", "first_name", "last_name")
    placed = Placement.objects.visible_to(access).filter(school=school)
    here = set(placed.values_list("pupil", flat=True)) if school else set()
    return [Child(first, last, pk in here) for pk, first, last in names]
