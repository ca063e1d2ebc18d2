"""What has been published stays, byte for byte, whatever becomes of what it was made from."""

import hashlib
import re
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessment.models import Baseline, Judgement, Stream
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import Placement, Pupil, TermlyTarget
from reporting.choices import ReportKind, ReportStatus, RunState
from reporting.models import Report, ReportRun, SectionText
from reporting.selectors.reports import Reported
from reporting.services import runs
from reporting.services.reports import CannotPublish, ask_for_draft, ask_to_publish, set_ready
from reporting.tasks import make_report
from schools.models import Notice, School, Trust
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def _run(world: World, run: ReportRun) -> None:
    make_report(trust_id=world.trust.pk, run_id=run.pk)
    with in_trust(world.trust.pk):
        run.refresh_from_db()
        assert run.state == RunState.DONE, run.problem


def publish(world: World, of: Reported, role: Role) -> dict[str, Report]:
    """Make a draft, call it ready and publish it; return what is in force, by kind."""
    by = world.access(role)
    with in_trust(world.trust.pk):
        run = ask_for_draft(by=by, of=of)
    _run(world, run)
    with in_trust(world.trust.pk):
        draft = Report.objects.get(kind=of.kind, school=of.school, status=ReportStatus.DRAFT)
        set_ready(by=by, draft=draft, ready=True)
        run = ask_to_publish(by=by, of=of, draft_id=draft.pk)
    _run(world, run)
    with in_trust(world.trust.pk):
        found = Report.objects.filter(school=of.school, status=ReportStatus.PUBLISHED)
        return {each.kind: each for each in found}


def kept(world: World) -> dict[tuple[str, int], Any]:
    """Return everything that is kept of what has been published."""
    with in_trust(world.trust.pk):
        return {
            (each.kind, each.version or 0): (
                bytes(each.pdf),
                each.sha256,
                each.page,
                each.charts,
                each.snapshot,
                each.figures,
            )
            for each in Report.objects.filter(published_at__isnull=False)
        }


def read(client: Client, world: World) -> dict[str, bytes]:
    """Return what a reader gets of each published report: its page, its PDF, its pictures."""
    with in_trust(world.trust.pk):
        reports = list(Report.objects.filter(published_at__isnull=False).order_by("pk"))
    found = {}
    for each in reports:
        page = client.get(reverse("report", args=(each.pk,))).content
        body = page.split(b'<div class="report">', 1)[1].split(b"</main>", 1)[0]
        found[f"{each.kind} {each.version} page"] = body
        pdf = client.get(reverse("report_pdf", args=(each.pk,)), follow=True)
        found[f"{each.kind} {each.version} PDF"] = pdf.content
        assert hashlib.sha256(pdf.content).hexdigest() == each.sha256
        for code in each.charts:
            chart = client.get(reverse("report_chart", args=(each.pk, code)))
            found[f"{each.kind} {each.version} {code}"] = chart.content
    return found


def overturn(world: World) -> None:
    """Change everything that the reports were made from."""
    with in_trust(world.trust.pk):
        School.objects.update(name="Renamed School")
        Trust.objects.filter(pk=world.trust.pk).update(name="Renamed Trust")
        Stream.objects.update(name="Renamed stream")
        TermlyTarget.objects.all().delete()
        Judgement.objects.all().delete()
        Baseline.objects.all().delete()
        Placement.objects.update(route=world.routes["pre-formal"], arb=None)
        Placement.objects.filter(pupil__in=world.pupils).delete()
        Pupil.objects.update(first_name="Nobody")


def test_published_reports_stay_whatever_is_changed(settled: World, bells: Any) -> None:
    school = Reported(settled.school, settled.term)
    trust = Reported(None, settled.term)
    out = publish(settled, school, Role.HEAD)
    assert out.keys() == {ReportKind.HT, ReportKind.LGB}
    assert publish(settled, trust, Role.TRUST_LEAD).keys() == {ReportKind.TRUSTEE}
    lead = Client()
    lead.force_login(settled.people[Role.TRUST_LEAD])
    before, seen = kept(settled), read(lead, settled)
    assert len(before) == 3
    assert any("core" in name for name in seen)

    overturn(settled)
    assert kept(settled) == before
    assert read(lead, settled) == seen


def test_a_correction_says_what_it_changes_and_leaves_the_first(settled: World, bells: Any) -> None:
    of = Reported(settled.school, settled.term)
    publish(settled, of, Role.HEAD)
    before = kept(settled)
    with in_trust(settled.trust.pk):
        judged = Judgement.objects.filter(term=settled.term, pupil__in=settled.pupils)
        assert judged.count() > 2
        judged.filter(pk__in=judged[:2].values("pk")).delete()
    second = publish(settled, of, Role.HEAD)[ReportKind.HT]
    assert second.version == 2
    assert second.snapshot["changes"]
    assert any("Judged of due" in each for each in second.snapshot["changes"])
    assert "What has changed since the version before" in second.page
    after = kept(settled)
    assert {key: after[key] for key in before} == before
    with in_trust(settled.trust.pk):
        states = dict(Report.objects.filter(kind=ReportKind.LGB).values_list("version", "status"))
    assert states == {1: ReportStatus.SUPERSEDED, 2: ReportStatus.PUBLISHED}


def test_the_database_itself_refuses_to_change_what_is_published(
    settled: World, bells: Any
) -> None:
    out = publish(settled, Reported(settled.school, settled.term), Role.HEAD)
    for report in out.values():
        changes: tuple[dict[str, Any], ...] = (
            {"pdf": b"%PDF-other"},
            {"page": "other"},
            {"snapshot": {}},
            {"charts": {}},
            {"figures": {"other": 1}},
            {"status": ReportStatus.DRAFT},
            {"status": ReportStatus.READY},
        )
        for change in changes:
            with pytest.raises(DatabaseError), in_trust(settled.trust.pk), transaction.atomic():
                Report.objects.filter(pk=report.pk).update(**change)
        with pytest.raises(DatabaseError), in_trust(settled.trust.pk), transaction.atomic():
            Report.objects.filter(pk=report.pk).delete()


def test_of_two_that_are_published_at_once_the_second_is_reckoned_again(
    settled: World, bells: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the trustees' report is laid out, a school's is published."""
    real, other = runs.laid_out, Reported(settled.school, settled.term)
    seen: list[int] = []

    def slow(edition: Any, cover: Any, *, on_page: Any) -> Any:
        seen.append(len(seen))
        if len(seen) == 1:
            monkeypatch.setattr(runs, "laid_out", real)
            publish(settled, other, Role.HEAD)
            monkeypatch.setattr(runs, "laid_out", slow)
        return real(edition, cover, on_page=on_page)

    trust = Reported(None, settled.term)
    by = settled.access(Role.TRUST_LEAD)
    with in_trust(settled.trust.pk):
        run = ask_for_draft(by=by, of=trust)
    _run(settled, run)
    with in_trust(settled.trust.pk):
        draft = Report.objects.get(kind=ReportKind.TRUSTEE)
        set_ready(by=by, draft=draft, ready=True)
        run = ask_to_publish(by=by, of=trust, draft_id=draft.pk)
    monkeypatch.setattr(runs, "laid_out", slow)
    _run(settled, run)
    assert len(seen) == 2


def test_readers_are_told_and_nobody_else(settled: World, bells: Any) -> None:
    publish(settled, Reported(settled.school, settled.term), Role.HEAD)
    with in_trust(settled.trust.pk):
        told = Notice.objects.filter(text__contains="has been published")
        people = {each.person_id: each.text for each in told}
    readers = {settled.people[role].pk for role in (Role.GOVERNOR, Role.TRUSTEE)}
    assert people.keys() == readers
    assert all("local governing body" in text for text in people.values())


def write(settled: World, text: str) -> SectionText:
    """Write the head's comment on standards."""
    return SectionText.objects.create(
        school=settled.school,
        term=settled.term,
        section="standards",
        text=text,
        changed_by=settled.people[Role.HEAD],
        changed_at=timezone.now(),
    )


def test_a_draft_that_names_a_pupil_is_not_ready(settled: World, bells: Any) -> None:
    of = Reported(settled.school, settled.term)
    by = settled.access(Role.HEAD)
    with in_trust(settled.trust.pk):
        child = settled.pupils[0]
        write(settled, f"{child.first_name} {child.last_name} has read a whole book.")
        run = ask_for_draft(by=by, of=of)
    _run(settled, run)
    with in_trust(settled.trust.pk):
        draft = Report.objects.get(kind=ReportKind.HT)
        with pytest.raises(CannotPublish, match="is the name of a pupil"):
            set_ready(by=by, draft=draft, ready=True)
        assert not Report.objects.exclude(status=ReportStatus.DRAFT).exists()


def test_a_draft_whose_words_tell_what_is_hidden_is_not_ready(settled: World, bells: Any) -> None:
    of = Reported(settled.school, settled.term)
    by = settled.access(Role.HEAD)
    with in_trust(settled.trust.pk):
        run = ask_for_draft(by=by, of=of)
    _run(settled, run)
    with in_trust(settled.trust.pk):
        whole = Report.objects.get(kind=ReportKind.HT).snapshot
        gone = set(Report.objects.get(kind=ReportKind.LGB).figures["hidden"])
        cells = [
            cell
            for section in whole["sections"]
            for table in section["tables"]
            for row in table["rows"]
            for cell in row["cells"]
            if "of" in cell
        ]
        hidden = next(each for each in cells if gone.intersection(each["keys"]) and each["of"])
        shown = next(
            each
            for each in cells
            if each["of"]
            and (each["n"], each["of"])
            not in {(one["n"], one["of"]) for one in cells if gone.intersection(one["keys"])}
        )
        comment = write(
            settled,
            f"Of these {shown['n']} of {shown['of']} are a joy,"
            f" and {hidden['n']} out of the {hidden['of']} as well.",
        )
        run = ask_for_draft(by=by, of=of)
    _run(settled, run)
    with in_trust(settled.trust.pk):
        draft = Report.objects.get(kind=ReportKind.HT)
        told = f"“{hidden['n']} out of the {hidden['of']}” is hidden from governors"
        with pytest.raises(CannotPublish, match=re.escape(told)):
            set_ready(by=by, draft=draft, ready=True)
        comment.text = f"Of these {shown['n']} of {shown['of']} are a joy."
        comment.save()
        run = ask_for_draft(by=by, of=of)
    _run(settled, run)
    with in_trust(settled.trust.pk):
        set_ready(by=by, draft=Report.objects.get(kind=ReportKind.HT), ready=True)
        assert Report.objects.filter(status=ReportStatus.READY).count() == 2
