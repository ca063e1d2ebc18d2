"""Hard names print: each report type, small and large, keeps the rules of PDF/UA-1 with them."""

import logging
import subprocess
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from unicodedata import category, normalize

import pytest
from django.db.models import CharField, Model
from pypdf import PdfReader

from assessment.measures import Standing
from assessment.models import CoreArea, Strand, Stream
from parrcs.core.access import Access, Role
from parrcs.core.sheets import workbook
from pupils.models import Placement, Pupil, Route
from reporting.charts.funnel import FunnelPoint, funnel_spec
from reporting.charts.progress import Bar, Dot, Picture, progress_bars, share_dots
from reporting.charts.render import as_svg
from reporting.measures.printable import printable
from reporting.measures.small_numbers import Rules
from reporting.models import NextStep, SectionText
from reporting.reports.document import Document, row, section, table, words
from reporting.reports.ht import ht_report
from reporting.reports.lgb import lgb_report
from reporting.reports.trustee import trust_document, trustee_report
from reporting.reports.year_end import class_year_end, year_end
from reporting.selectors.report_rows import trust_rows
from reporting.selectors.year_rows import names_of, year_rows
from reporting.services.editions import as_page
from reporting.services.pdf import make_pdf
from reporting.services.pictures import pictures
from reporting.tables.documents import document_sheets
from schools.models import ARB, ClassGroup, School, Trust
from tests.full_school import add_schools, fill_schools, widen
from tests.pdf_ua import require_pdf_ua
from tests.reporting.conftest import bare_document
from tests.reporting.naughty import NAUGHTY
from tests.reporting.reading import of_document, of_page
from tests.world import World

COVER = {"version": "Draft", "made": "made on 1 November 2026"}
NAMES = list(NAUGHTY.values())
KINDS = ("ht", "lgb", "trustee", "year", "class")
# How many pupils a school has, and what is printed then: a report has hardly more to print of 300
# than of 30, so one stands for all, to save time.
SIZES: dict[int, tuple[str, ...]] = {1: KINDS, 30: KINDS, 300: ("year",)}


@pytest.fixture
def unprinted() -> Iterator[list[str]]:
    """Hear of each character that no font here has a shape for."""
    said: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("weasyprint")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
    yield said
    logger.removeHandler(handler)
    logger.setLevel(before)


def check(files: list[Path], unprinted: list[str]) -> None:
    """Hold PDFs against PDF/UA-1, and that every glyph is there."""
    missing = {each for each in unprinted if ".notdef" in each}
    assert not missing, f"scripts/setup installs the fonts for these: {missing}"
    require_pdf_ua(files)


def text_of(file: Path) -> str:
    told = subprocess.run(
        ["pdftotext", file, "-"], capture_output=True, text=True, check=True
    ).stdout
    return str(told)


def test_every_hard_name_prints_wherever_it_stands(tmp_path: Path, unprinted: list[str]) -> None:
    lines = [row(str(n), name, [words(name)]) for n, name in enumerate(NAMES)]
    sections = [
        section(
            "core",
            NAUGHTY["both ways"],
            intro=NAMES,
            comment="\n\n".join(NAMES),
            charts=["dots", "bars", "funnel"],
            tables=[table("core", "All", head="Name", columns=[("name", "Again")], rows=lines)],
        )
    ]
    both_ways = NAUGHTY["both ways"]
    report = bare_document(
        trust=both_ways, place=both_ways, term="Autumn 2026", title=both_ways, sections=sections
    )
    drawn = {
        "dots": share_dots(
            [Dot("Route", name, 50, 40, 60) for name in NAMES], rate=50, whole="x", finding="."
        ),
        "bars": progress_bars([Bar(name, 1, 2, 3, 4) for name in NAMES], finding="."),
        "funnel": Picture(as_svg(funnel_spec(_far(NAMES), 0.5)), "."),
    }
    file = tmp_path / "names.pdf"
    file.write_bytes(make_pdf(report, COVER, charts=drawn, on_page=lambda _page: None))
    check([file], unprinted)
    # Each text of a picture stands in it as one piece: its letters join, whichever way they run.
    assert set(_pieces(file)) == {1}
    text = set(normalize("NFKD", text_of(file)))
    for name in NAMES:
        assert not {*filter(is_letter, normalize("NFKD", printable(name)))} - text, name


def _pieces(file: Path) -> Iterator[int]:
    """Return in how many pieces each text of the pictures is set."""
    for page in PdfReader(file).pages:
        for each in page["/Resources"].get("/XObject", {}).values():
            drawn = each.get_object()
            if drawn["/Subtype"] == "/Form" and b"Tm" in drawn.get_data():
                yield drawn.get_data().count(b"Tm")


def is_letter(sign: str) -> bool:
    """Say whether a sign stands by itself, so that it is found again as what it is."""
    return sign.isprintable() and not sign.isspace() and not category(sign).startswith("M")


def _far(names: list[str]) -> list[FunnelPoint]:
    return [FunnelPoint(name, 20 + 13 * n % 400, 1, Standing.BELOW) for n, name in enumerate(names)]


def test_what_follows_a_name_is_not_turned_round() -> None:
    """Marks of direction that nobody takes back, control signs and no characters are left out."""
    assert printable(NAUGHTY["override left open"]) == "Open gnidne on"
    assert printable(NAUGHTY["isolates"]) == "מגדלור and Beacon"
    assert printable(NAUGHTY["controls"]) == "Bell back escape[31m tab\t line\n end"
    assert printable(NAUGHTY["not a character"]) == "End �� of � plane"
    assert printable(NAUGHTY["emoji joined"]) == NAUGHTY["emoji joined"]
    for name in ("arabic", "persian", "thai", "devanagari", "html", "quotes", "emoji flag"):
        assert printable(NAUGHTY[name]) == NAUGHTY[name]


# --- Reports ------------------------------------------------------------------------------


def test_each_report_prints_with_hard_names(
    world: World, tmp_path: Path, unprinted: list[str]
) -> None:
    widen(world)
    files = []
    for number, (pupils, kinds) in enumerate(SIZES.items()):
        (school,) = add_schools(world, 1, first=number)
        fill_schools(world, [school], pupils=pupils, seed=number)
        one_class = ClassGroup.objects.filter(school=school).first()
        assert one_class
        # All in one class, whose summary has a line for each.
        Placement.objects.filter(school=school).update(class_group=one_class)
        _rename(world, school, pupils)
        school.refresh_from_db()
        world.trust.refresh_from_db()
        made = reports(world, school, one_class)
        for kind in kinds:
            report = made[kind]
            drawn = pictures(report)
            file = tmp_path / f"{kind}-{pupils}.pdf"
            file.write_bytes(make_pdf(report, COVER, charts=drawn, on_page=lambda _page: None))
            files.append(file)
            if kind in ("ht", "lgb", "trustee"):
                page = of_page(as_page(report, drawn), report["last_term"])
                assert not page.left
                assert page.tables.keys() == of_document(report).tables.keys()
            assert workbook(document_sheets(report))
    check(files, unprinted)


def reports(world: World, school: School, one_class: ClassGroup) -> dict[str, Document]:
    """Make one of each kind."""
    access: Access = world.access(Role.TRUST_LEAD)
    whole = ht_report(access, school=school, term=world.term)
    trust = trust_document(trust_rows(access, trust=world.trust, term=world.term))
    rows = year_rows(access, school=school, year=world.term.year)
    ids = set(Placement.objects.filter(class_group=one_class).values_list("pupil", flat=True))
    names = names_of(access, pupil_ids=ids)
    return {
        "ht": whole,
        "lgb": lgb_report(whole, rules=Rules(), earlier=[])[0],
        "trustee": trustee_report(trust, rules=Rules(), earlier=[])[0],
        "year": year_end(rows),
        "class": class_year_end(rows, class_id=one_class.pk, names=names),
    }


def _rename(world: World, school: School, start: int) -> None:
    """Give hard names to all that has one; which to which is another at each size."""
    names = cycle([*NAMES[start % len(NAMES) :], *NAMES[: start % len(NAMES)]])
    for model, field in (
        (Trust, "name"),
        (School, "name"),
        (ARB, "name"),
        (ClassGroup, "name"),
        (Route, "name"),
        (CoreArea, "name"),
        (Stream, "name"),
        (Strand, "name"),
        (Pupil, "first_name"),
        (Pupil, "last_name"),
    ):
        _hard(model, field, names)
    for kind, of in (("ht", school), ("trustee", None)):
        NextStep.objects.filter(kind=kind).delete()
        NextStep.objects.bulk_create(
            NextStep(
                kind=kind,
                school=of,
                term=world.term,
                what=name[:300],
                owner=next(names)[:120],
                due_on=world.term.ends_on,
            )
            # All of them in the report of a school, some in each of the others.
            for name in (NAMES if of and start > 1 else NAMES[start % 10 :: 10])
        )
    texts = list(SectionText.objects.all())
    for text in texts:
        text.text = next(names)
    SectionText.objects.bulk_update(texts, ["text"])


def _hard(model: type[Model], field: str, names: Iterator[str]) -> None:
    column = model._meta.get_field(field)
    assert isinstance(column, CharField)
    everything = list(model._default_manager.all())
    used: set[str] = set()
    for place, each in enumerate(everything):
        name = next(names)[: column.max_length]
        # Where names may be there once only, a number makes them differ.
        if name in used:
            name = f"{place} {name}"[: column.max_length]
        used.add(name)
        setattr(each, field, name)
    model._default_manager.bulk_update(everything, [field])
