"""Who is told what of reports: in the application, and by e-mail with a link."""

from django.urls import reverse

from parrcs.core.access import Permission
from reporting.choices import Purpose, ReportKind, RunState
from reporting.models import Report, ReportBatch, ReportRun
from reporting.selectors.reports import Reported
from schools.selectors.people import people_who_may
from schools.services.notices import Mail, notify, settle


def tell_of_end(run: ReportRun) -> None:
    """Tell whoever asked for a report that it is there, or that it is not and why.

    Of a batch they are told once, when the last of its runs has ended.
    """
    if run.batch_id:
        tell_of_batch(run.batch_id)
        return
    of = Reported(run.school, run.term)
    name = f"{run.get_kind_display()} of {of.name}"
    if run.state == RunState.FAILED:
        text = f"{name}: it was not made."
    elif run.purpose == Purpose.PUBLISH:
        text = f"{name}: it is published."
    else:
        text = f"{name}: the draft is ready to be read."
    notify(
        people=[run.asked_by_id],
        text=text,
        link=reverse("report_run", args=(run.pk,)),
        mail=Mail(text.removesuffix("."), f"{text} You find it in PARRCS."),
    )


def tell_of_batch(batch_id: int) -> None:
    """Tell whoever asked for a batch that it has ended, once none of its runs goes on."""
    # Two runs that end at once take turns here, so that the last of them sees that it is the last.
    batch = ReportBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    others = ReportRun.objects.unfinished().filter(batch=batch)
    if others.exists():
        return
    text = f"The drafts of all schools for {batch.term} are made, as far as they could be."
    notify(
        people=[batch.asked_by_id],
        text=text,
        link=reverse("report_batch", args=(batch.pk,)),
        mail=Mail(f"The drafts of all schools, {batch.term}", text),
    )


def tell_of_review(of: Reported, *, by_id: int) -> None:
    """Tell those who may publish a report that it is ready for their review."""
    school_id = of.school.pk if of.school else None
    text = f"The report of {of.name} is ready for your review."
    notify(
        people=people_who_may(Permission.MAKE_REPORTS, school_id=school_id) - {by_id},
        text=text,
        link=of.path,
        mail=Mail(f"Ready for review: {of.name}", text),
    )


def settle_draft(run: ReportRun) -> None:
    """Take what people were told of a draft for read, once a run has published it."""
    of = Reported(run.school, run.term)
    runs = ReportRun.objects.filter(kind=of.kind, school=run.school, term=run.term)
    before = runs.exclude(pk=run.pk).values_list("pk", flat=True)
    settle(links=[of.path, *(reverse("report_run", args=(each,)) for each in before)])


def tell_readers(report: Report) -> None:
    """Tell governors and trustees of a report that has been published for them.

    Who sees it in the making finds it there.
    """
    if report.kind == ReportKind.HT:
        return
    of = Reported(report.school, report.term)
    text = f"{report.get_kind_display()}: {of.name} has been published, version {report.version}."
    notify(
        people=people_who_may(Permission.READ_PUBLISHED, school_id=report.school_id)
        - people_who_may(Permission.SEE_REPORTS, school_id=report.school_id),
        text=text,
        link=reverse("report", args=(report.pk,)),
        mail=Mail(f"Published: {of.name}", f"{text} Small numbers are hidden in it."),
    )
