"""What reports cost: seconds, pages and where the time goes, and the most memory that one takes.

Times differ from machine to machine; how a report's own time is divided hardly does.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from io import BytesIO
from operator import itemgetter
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from pypdf import PdfReader

from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from reporting.choices import ReportKind, RunState
from reporting.models import Report, ReportRun
from reporting.reports import year_end
from reporting.selectors import year_rows
from reporting.selectors.reports import Reported
from reporting.services import editions, runs
from reporting.services.reports import ask_for_draft
from schools.models import School
from tests.bench.bench_trusts import analyse
from tests.bench.stopwatch import Stopwatch
from tests.full_school import add_schools, fill_schools, widen
from tests.reporting.test_runs_worker import Site
from tests.world import World, make_world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

PUPILS, SCHOOLS, OTHERS = 300, 8, 60
# What a report's data and template may take of all its time.
MOST_BEFORE = 0.15
BEFORE = ("data", "template")
# What is reckoned between them is told as well: it grows with what is hidden, not with pages.
RECKONED = ("document", "hiding")
MOST_MEGABYTES = 500
# Under which name each part of the work is called.
PARTS = {
    "reporting.reports.ht.school_rows": "data",
    "reporting.services.editions.trust_rows": "data",
    "reporting.services.editions._published": "data",
    "reporting.selectors.year_rows.year_rows": "data",
    "reporting.services.editions.ht_report": "document",
    "reporting.services.editions.trust_document": "document",
    "reporting.reports.year_end.year_end": "document",
    "reporting.services.editions.lgb_report": "hiding",
    "reporting.services.editions.trustee_report": "hiding",
    "reporting.services.editions.pictures": "charts",
    "reporting.services.editions.render_to_string": "template",
    "reporting.services.pdf.render_to_string": "template",
    "reporting.services.pdf.lay_out": "layout by WeasyPrint",
    "reporting.services.pdf.as_pdf": "writing by WeasyPrint",
    "reporting.services.runs._Making._say": "telling of each page",
    "reporting.services.runs._Making._store": "storing",
}


# Seconds by kind of report and part, and pages by kind.
type Making = tuple[dict[str, dict[str, float]], dict[str, int]]


@pytest.fixture(autouse=True)
def _no_bells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no worker be called: the runs are made here."""
    monkeypatch.setattr("reporting.services.bells.app.send_task", lambda *_, **__: None)


@pytest.fixture
def large(transactional_db: None) -> World:
    """A trust of eight schools, one of 300 pupils and the others of 60."""
    world = make_world("Harbour")
    with in_trust(world.trust.pk):
        widen(world)
        fill_schools(world, [world.school], pupils=PUPILS)
        others = [world.other_school, *add_schools(world, SCHOOLS - 2)]
        fill_schools(world, others, pupils=OTHERS, seed=2)
    analyse()
    return world


def asked(world: World, school: School | None) -> int:
    """Return the run that is to make the report of a school, or of the trust."""
    by = world.access(Role.TRUST_LEAD)
    with in_trust(world.trust.pk):
        return ask_for_draft(by=by, of=Reported(school, world.term)).pk


def made(world: World, school: School | None) -> Making:
    """Make the reports of a school, or of the trust: what each took, and its pages."""
    run_id = asked(world, school)
    watch = Stopwatch(ReportKind.HT if school else ReportKind.TRUSTEE)
    with pytest.MonkeyPatch.context() as patch:
        for place, part in PARTS.items():
            watch.stand_before(patch, place, part)
        lay_out = runs.laid_out

        def laid_out(edition, *args, **kwargs):
            watch.turn_to(edition.kind)
            return lay_out(edition, *args, **kwargs)

        patch.setattr(runs, "laid_out", laid_out)
        with watch.on("the rest"):
            runs.make(trust_id=world.trust.pk, run_id=run_id)
    with in_trust(world.trust.pk):
        run = ReportRun.objects.get(pk=run_id)
        assert run.state == RunState.DONE, run.problem
        drafts = Report.objects.filter(school=run.school_id, term=run.term_id)
        return watch.taken, {each.kind: pages(bytes(each.pdf)) for each in drafts}


def fastest(make: Callable[[], Making]) -> Making:
    """Return what took least of three times, part by part: the others were disturbed."""
    (taken, number), *others = [make() for _ in range(3)]
    for kind, parts in taken.items():
        for part in parts:
            parts[part] = min(parts[part], *(each[kind][part] for each, _ in others))
    return taken, number


def summed_up(world: World) -> Making:
    """Make the summary of a school's year, as its page sends it."""
    watch, year = Stopwatch("year"), world.term.year
    access = world.access(Role.TRUST_LEAD)
    with pytest.MonkeyPatch.context() as patch, in_trust(world.trust.pk):
        for place, part in PARTS.items():
            watch.stand_before(patch, place, part)
        with watch.on("the rest"):
            rows = year_rows.year_rows(access, school=world.school, year=year)
            document = year_end.year_end(rows)
            pdf = editions.printed(document, editions.Cover("Year-end summary", "made today"))
    return watch.taken, {"year": pages(pdf)}


def pages(pdf: bytes) -> int:
    return len(PdfReader(BytesIO(pdf)).pages)


def show(name: str, taken: dict[str, float], number: int) -> None:
    """Print where the time of a report went."""
    longest = sorted(taken.items(), key=itemgetter(1), reverse=True)
    parts = ", ".join(f"{part} {seconds:.2f}" for part, seconds in longest)
    print(f"\n{name}: {sum(taken.values()):.1f} s, {number} pages: {parts}")  # noqa: T201


def test_where_the_time_of_each_report_goes(large: World):
    # What is made ready once in a process: templates, fonts, the first chart.
    made(large, large.other_school)
    names = {
        ReportKind.HT: f"Head teacher report, {PUPILS} pupils",
        ReportKind.LGB: "Governors' version, from the same data",
        ReportKind.TRUSTEE: f"Trustees' report, {SCHOOLS} schools",
        "year": f"Year-end summary, {PUPILS} pupils",
    }
    taken: dict[str, dict[str, float]] = {}
    for make in (
        partial(made, large, large.school),
        partial(made, large, None),
        partial(summed_up, large),
    ):
        found, number = fastest(make)
        taken |= found
        if ReportKind.LGB in found:
            # It is made before either is laid out.
            found[ReportKind.LGB]["hiding"] = found[ReportKind.HT].pop("hiding")
        for kind, seconds in found.items():
            show(names[kind], seconds, number[kind])
    for kind, seconds in taken.items():
        share, reckoned = (
            sum(seconds.get(part, 0) for part in parts) / sum(seconds.values())
            for parts in (BEFORE, RECKONED)
        )
        reached = "reached" if share <= MOST_BEFORE else "NOT reached"
        print(  # noqa: T201
            f"\n{names[kind]}: data and template are {share:.0%} of all (at most"
            f" {MOST_BEFORE:.0%}: {reached}), what is reckoned between them {reckoned:.0%};"
            f" load of the machine {os.getloadavg()[0]:.1f}"
        )


# The most memory that the process had since it began, in megabytes. Not by `getrusage`: Linux
# lets a new process begin with the most that the one had which started it.
ALONE = """
import sys
from pathlib import Path
import django
django.setup()
from reporting.services import runs
def most():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024
before = most()
runs.make(trust_id=int(sys.argv[1]), run_id=int(sys.argv[2]))
print(before, most())
"""


def test_the_memory_that_a_report_takes(large: World, tmp_path: Path):
    """In a process of its own, as a worker's; it makes the governors' version as well."""
    run_id = asked(large, large.school)
    connections.close_all()
    alone = subprocess.run(
        [sys.executable, "-c", ALONE, str(large.trust.pk), str(run_id)],
        env={**Site(tmp_path, "").environment, "DJANGO_SETTINGS_MODULE": "parrcs.settings"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert alone.returncode == 0, alone.stderr
    with in_trust(large.trust.pk):
        assert ReportRun.objects.get(pk=run_id).state == RunState.DONE
    before, most = (int(each) for each in alone.stdout.split())
    print(  # noqa: T201
        f"\nMost memory, head teacher report of {PUPILS} pupils: {most} MB (aim: under"
        f" {MOST_MEGABYTES}), {before} MB of it before the report is begun"
    )
    assert most < MOST_MEGABYTES
