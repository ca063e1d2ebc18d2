"""The PDF of the head teacher report: readable by a screen reader, and nothing from outside."""

import logging
import re
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest
from django.conf import settings
from pypdf import PdfReader
from weasyprint.urls import FatalURLFetchingError

from assessment.models import Judgement
from parrcs.core.access import Role
from reporting.charts import render
from reporting.charts.progress import Picture
from reporting.reports.document import Document
from reporting.reports.ht import ht_report
from reporting.services.pdf import ChartsOnly, PdfProblem, as_pdf, make_pdf
from reporting.services.pictures import pictures
from tests.pdf_ua import require_pdf_ua
from tests.world import World

COVER = {"version": "Version 2", "made": "published on 14 December 2026 by Dinah Hosking"}


def made(world: World) -> Document:
    return ht_report(world.access(Role.HEAD), school=world.school, term=world.term)


def pdf_of(report: Document, pages: list[int] | None = None) -> bytes:
    seen = [] if pages is None else pages
    return make_pdf(report, COVER, charts=pictures(report), on_page=seen.append)


def test_it_complies_with_pdf_ua_1(busy: World, tmp_path: Path) -> None:
    full, bare = tmp_path / "full.pdf", tmp_path / "bare.pdf"
    full.write_bytes(pdf_of(made(busy)))
    Judgement.objects.all().delete()
    busy.school.name = "Ysgol <b>&</b> Sgoil Naoimh Brìghde"
    bare.write_bytes(pdf_of(made(busy)))
    require_pdf_ua([full, bare])


def test_it_says_what_it_is(busy: World) -> None:
    pages: list[int] = []
    reader = PdfReader(BytesIO(pdf_of(made(busy), pages)))
    assert sorted(set(pages)) == list(range(1, len(reader.pages) + 1))
    assert reader.metadata is not None
    assert reader.metadata.title == (f"{busy.school}, Autumn 2026: head teacher report, version 2")
    assert str(reader.root_object["/Lang"]) == "en-GB"
    number = len(reader.pages)
    title, contents, *_ = texts = [page.extract_text() for page in reader.pages]
    assert "Version 2, published on 14 December 2026 by Dinah Hosking" in title
    assert f" of {number}" not in title, "a footer on the title page"
    assert "At a glance" in contents
    foot = f"{busy.school}, Autumn 2026, Version 2"
    for at, text in enumerate(texts[1:], start=2):
        assert foot in text
        assert f"{at} of {number}" in text


def test_the_contents_name_the_page_of_each_section(busy: World) -> None:
    report = made(busy)
    reader = PdfReader(BytesIO(pdf_of(report)))
    texts = [page.extract_text() for page in reader.pages]
    titles = [section["title"] for section in report["sections"]]
    for title in ("At a glance", *titles, "What the words mean"):
        found = re.search(rf"^{re.escape(title)} ?(\d+)$", texts[1], re.MULTILINE)
        assert found, title
        at = int(found[1])
        lines = texts[at - 1].splitlines()
        assert title in lines, f"{title} is not on page {at}"
        # No heading alone at the bottom: between it and the footer stands something of its section.
        assert len(lines) - lines.index(title) > 2, title


def test_who_is_on_roll_stands_in_three_columns(
    busy: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid_out: list[Any] = []

    def kept(document: Any) -> bytes:
        laid_out.append(document)
        return as_pdf(document)

    monkeypatch.setattr("reporting.services.pdf.as_pdf", kept)
    pdf_of(made(busy))
    columns: dict[float, list[float]] = {}
    for page in laid_out[0].pages:
        for box in page._page_box.descendants():
            table = box.element_tag == "div" and "scroll" in box.element.get("class", "")
            if table and box.width < page.width / 3:
                columns.setdefault(box.position_x, []).append(box.position_y + box.height)
    assert [len(each) > 1 for each in columns.values()] == [True] * 3
    lowest = [max(each) for each in columns.values()]
    assert max(lowest) - min(lowest) < page.height / 4, "columns of very different heights"


def test_no_pupil_is_named_in_it(busy: World) -> None:
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf_of(made(busy)))).pages)
    assert not re.search(r"First\d|Last\d|S\d{12}", text)


def test_its_colours_have_marks_and_its_cover_that_of_the_trust(busy: World) -> None:
    report = made(busy)
    charts = pictures(report)
    for mark in ("▼ None", "◆ Some", "● Expected", "▲ Better"):
        assert mark in charts["core"].svg, "a colour without its mark"
    report["colour"] = "#123456"
    cover = PdfReader(BytesIO(pdf_of(report))).pages[0].get_contents()
    assert cover is not None
    rgb = [f"{int(part, 16) / 255:.4f}"[:5] for part in ("12", "34", "56")]
    numbers = re.findall(
        r"([\d.]+) ([\d.]+) ([\d.]+) (?:rg|sc|scn)\b", cover.get_data().decode("latin-1")
    )
    assert any([f"{float(each):.4f}"[:5] for each in found] == rgb for found in numbers)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/x.png",
        "file:///etc/passwd",
        "chart:another",
        "data:text/css,*{}",
        "chart:",
        "/etc/passwd",
        "",
    ],
)
def test_nothing_is_loaded_from_elsewhere(url: str) -> None:
    with pytest.raises(FatalURLFetchingError):
        ChartsOnly({"core": Picture("<svg/>", "A chart.")}).fetch(url)


def test_a_missing_chart_stops_the_pdf(busy: World) -> None:
    """A report with a hole in it is not stored: neither a refused address nor a broken picture."""
    report = made(busy)
    with pytest.raises(PdfProblem):
        make_pdf(
            report,
            COVER,
            charts={"core": Picture("this is no picture", "A chart.")},
            on_page=lambda _page: None,
        )


def test_the_log_is_left_as_it_was(busy: World) -> None:
    progress = logging.getLogger("weasyprint.progress")
    before = progress.level, progress.propagate, list(progress.handlers)

    def stop(page: int) -> None:
        raise KeyError(page)

    with pytest.raises(KeyError):
        make_pdf(made(busy), COVER, charts={}, on_page=stop)
    assert (progress.level, progress.propagate, list(progress.handlers)) == before


def test_charts_have_the_colours_of_the_tokens() -> None:
    tokens = (Path(settings.BASE_DIR) / "static/css/tokens.css").read_text()
    light = dict(re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}),", tokens))
    for name in ("ink", "ink-soft", "rule", "accent", "none", "some", "expected", "better"):
        assert cast("Any", render).__dict__[name.replace("-", "_").upper()] == light[name]
