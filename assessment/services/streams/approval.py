"""What the trust decides about a version of a stream: from when, for whom, and what is expected."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format

from assessment.models import Baseline, Expectation, Judgement, Stream
from assessment.services.streams.carrying import carry_baselines
from parrcs.core.access import Access, Permission
from schools.models import Term


class ApprovalRefused(Exception):
    """A version that cannot come into use, or figures that cannot be set; says why in words."""


class Expected(NamedTuple):
    """What a term should bring on a route, and from how many times that it is better."""

    points_a_term: Decimal
    better: Decimal


@transaction.atomic
def approve_stream(
    *, by: Access, stream: Stream, term: Term, expected: Mapping[int, Expected]
) -> None:
    """Put a version into use from a term on, for the routes named. Raises `ApprovalRefused`."""
    _check(by)
    _check_not_closed(term)
    put_in_use(stream=stream, starts_on=term.starts_on, expected=expected)


@transaction.atomic
def put_in_use(*, stream: Stream, starts_on: dt.date, expected: Mapping[int, Expected]) -> None:
    """Put a version into use from a day on; `expected` is by id of the route.

    Needs `in_trust`. The version in use before ends the day before, and its baselines are
    carried on by the mapping. Raises `ApprovalRefused`.
    """
    stream = Stream.objects.select_for_update(of=("self",)).get(pk=stream.pk)
    if stream.approved_from is not None:
        raise ApprovalRefused(f"{stream} is in use since {_day(stream.approved_from)}.")
    if not expected:
        raise ApprovalRefused("Choose one route at least: only pupils on its routes are judged.")
    _check_goes_on(stream, starts_on)
    in_use = Stream.objects.filter(
        code=stream.code, approved_from__isnull=False, approved_until__isnull=True
    ).first()
    if in_use is not None and in_use.approved_from is not None:
        if starts_on <= in_use.approved_from:
            raise ApprovalRefused(
                f"version {in_use.version} is approved from {_day(in_use.approved_from)}, so"
                " another one can start the day after that at the earliest"
            )
        in_use.approved_until = starts_on - dt.timedelta(days=1)
        in_use.save(update_fields=["approved_until"])
    stream.approved_from = starts_on
    stream.save(update_fields=["approved_from"])
    Expectation.objects.bulk_create(
        Expectation(stream=stream, route_id=route, starts_on=starts_on, **each._asdict())
        for route, each in expected.items()
    )
    carry_baselines(stream=stream)


@transaction.atomic
def withdraw_stream(*, by: Access, stream: Stream, last_term: Term) -> None:
    """Take a version out of use after a term. Raises `ApprovalRefused`."""
    _check(by)
    _check_not_closed(last_term)
    stream = Stream.objects.select_for_update(of=("self",)).get(pk=stream.pk)
    if stream.approved_from is None or stream.approved_from > last_term.ends_on:
        raise ApprovalRefused(f"{stream} is not in use in {last_term}.")
    _check_nothing_judged(stream, last_term.ends_on + dt.timedelta(days=1))
    stream.approved_until = last_term.ends_on
    stream.save(update_fields=["approved_until"])


@transaction.atomic
def remove_stream(*, by: Access, stream: Stream) -> None:
    """Remove a version that was never in use. Raises `ApprovalRefused`."""
    _check(by)
    stream = Stream.objects.select_for_update(of=("self",)).get(pk=stream.pk)
    if stream.approved_from is not None:
        raise ApprovalRefused(f"{stream} was in use, so it stays.")
    if stream.replaced_by.exists():
        raise ApprovalRefused(f"{stream.replaced_by.first()} goes on from {stream}.")
    stream.delete()


@transaction.atomic
def set_expectations(
    *, by: Access, stream: Stream, term: Term, expected: Mapping[int, Expected]
) -> None:
    """Set what is expected from a term on, by id of the route; a route left out is not judged.

    What was reckoned for the terms before stays as it is: they keep the figures they had.
    Raises `ApprovalRefused`.
    """
    _check(by)
    _check_not_closed(term)
    stream = Stream.objects.select_for_update(of=("self",)).get(pk=stream.pk)
    if stream.approved_from is None or stream.approved_from > term.starts_on:
        raise ApprovalRefused(f"{stream} is not in use when {term} begins.")
    if not expected:
        raise ApprovalRefused("Choose one route at least, or take the stream out of use.")
    standing = Expectation.objects.filter(stream=stream)
    for row in standing.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=term.starts_on)):
        wanted = expected.get(row.route_id)
        if wanted is None:
            _check_nobody_judged(stream, row.route_id, term)
        if row.starts_on >= term.starts_on:
            row.delete()
        elif wanted != (row.points_a_term, row.better):
            row.ends_on = term.starts_on - dt.timedelta(days=1)
            row.save(update_fields=["ends_on"])
    going_on = set(
        standing.filter(starts_on__lt=term.starts_on, ends_on__isnull=True).values_list(
            "route", flat=True
        )
    )
    Expectation.objects.bulk_create(
        Expectation(stream=stream, route_id=route, starts_on=term.starts_on, **each._asdict())
        for route, each in expected.items()
        if route not in going_on
    )


def _check(by: Access) -> None:
    if not by.reach(Permission.SET_STREAMS).whole_trust:
        raise PermissionDenied


def _check_not_closed(term: Term) -> None:
    """Ask that a term is not over, or still being judged: its numbers have been read."""
    today = timezone.localdate()
    still_open = any(window.closes_on >= today for window in term.windows.all())
    if term.ends_on < today and not still_open:
        raise ApprovalRefused(f"{term} is over and its window is closed, so it stays as it is.")


def _check_goes_on(stream: Stream, starts_on: dt.date) -> None:
    """Ask that nothing that was recorded in the versions before is lost."""
    versions = Stream.objects.filter(code=stream.code, approved_from__isnull=False)
    for before in versions.order_by(F("approved_from").desc()):
        if Judgement.objects.filter(strand__stream=before).exists():
            held = "judgements"
        elif Baseline.objects.filter(strand__stream=before).exists():
            held = "baselines"
        else:
            continue
        if stream.replaces_id != before.pk:
            raise ApprovalRefused(
                f"{before} holds {held} in this trust, and {stream.version} does not say how it"
                f' goes on from there. Give its file a part "replaces" that names version'
                f" {before.version}."
            )
        _check_nothing_judged(before, starts_on)
        return


def _check_nothing_judged(stream: Stream, starts_on: dt.date) -> None:
    judged = (
        Term.objects.filter(
            census_on__gte=starts_on,
            pk__in=Judgement.objects.filter(strand__stream=stream).values("term"),
        )
        .order_by("starts_on")
        .last()
    )
    if judged is not None:
        raise ApprovalRefused(
            f"{judged} has been judged in {stream} already. Start after it ends on"
            f" {_day(judged.ends_on)}, so that no judgement is lost."
        )


def _check_nobody_judged(stream: Stream, route: int, term: Term) -> None:
    judged = Judgement.objects.filter(
        strand__stream=stream,
        term__census_on__gte=term.starts_on,
        pupil__placements__route=route,
        pupil__placements__starts_on__lte=F("term__census_on"),
    ).filter(
        Q(pupil__placements__ends_on__isnull=True)
        | Q(pupil__placements__ends_on__gte=F("term__census_on"))
    )
    if judged.exists():
        raise ApprovalRefused(
            f"Pupils on this route have been judged in {stream} in {term} already, so it cannot"
            " be left out from then on."
        )


def _day(day: dt.date) -> str:
    return date_format(day, "j F Y")
