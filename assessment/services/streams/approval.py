"""What the trust decides about a version of a stream: from when, for whom, and what is expected."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, ProtectedError, Q
from django.utils import timezone
from django.utils.formats import date_format

from assessment.models import Baseline, Expectation, Judgement, Stream
from assessment.selectors.approvals import what_holds
from assessment.selectors.streams import is_closed
from assessment.services.streams.carrying import carry_baselines
from assessment.services.streams.turns import before_streams_change
from parrcs.core.access import Access, Permission
from pupils.models import Route
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
def check_approval(
    *, by: Access, stream: Stream, term: Term, expected: Mapping[int, Expected]
) -> None:
    """Ask whether `approve_stream` would do it, and change nothing. Raises `ApprovalRefused`."""
    _check(by)
    _check_not_closed(term)
    _check_comes_into_use(_locked(stream), term.starts_on, expected)


@transaction.atomic
def put_in_use(*, stream: Stream, starts_on: dt.date, expected: Mapping[int, Expected]) -> None:
    """Put a version into use from a day on; `expected` is by id of the route.

    Needs `in_trust`. The version in use before ends the day before, and its baselines are
    carried on by the mapping. Raises `ApprovalRefused`.
    """
    stream = _locked(stream)
    _check_comes_into_use(stream, starts_on, expected)
    others = Stream.objects.filter(code=stream.code, approved_from__isnull=False)
    # One at most: of the versions of a stream one is in use on a day.
    before = others.filter(_holds_from(starts_on, "approved_until")).first()
    if before is not None:
        stream.cut_short, stream.cut_short_until = before, before.approved_until
        before.approved_until = starts_on - dt.timedelta(days=1)
        before.save(update_fields=["approved_until"])
    stream.approved_from = starts_on
    stream.save(update_fields=["approved_from", "cut_short", "cut_short_until"])
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
    stream = _locked(stream)
    if stream.approved_from is None or stream.approved_from > last_term.ends_on:
        raise ApprovalRefused(f"{stream} is not in use in {last_term}.")
    after = Stream.objects.filter(
        code=stream.code,
        approved_from__gt=stream.approved_from,
        approved_from__lte=last_term.ends_on,
    ).first()
    if after is not None:
        raise ApprovalRefused(f"{after} has taken its place by then.")
    judged = _judged_from(stream, last_term.ends_on + dt.timedelta(days=1))
    if judged is not None:
        raise ApprovalRefused(
            f"{judged} has been judged in {stream} already, so it stays in use until then."
        )
    stream.approved_until = last_term.ends_on
    stream.save(update_fields=["approved_until"])


@transaction.atomic
def keep_stream(*, by: Access, stream: Stream) -> None:
    """Let a version stay in use that was to end. Raises `ApprovalRefused`."""
    _check(by)
    stream = _locked(stream)
    if stream.approved_until is None:
        return
    if stream.approved_until < timezone.localdate():
        raise ApprovalRefused(f"{stream} was in use until {_day(stream.approved_until)}.")
    after = Stream.objects.filter(code=stream.code, approved_from__gt=stream.approved_until).first()
    if after is not None:
        raise ApprovalRefused(f"{after} takes its place.")
    stream.approved_until = None
    stream.save(update_fields=["approved_until"])


@transaction.atomic
def take_back_approval(*, by: Access, stream: Stream) -> None:
    """Undo the approval of a version while nothing was judged in it: it waits again.

    The version before goes on as long as it was to, and the baselines carried over go. Raises
    `ApprovalRefused`.
    """
    _check(by)
    stream = _locked(stream)
    if stream.approved_from is None:
        return
    held = what_holds(stream, today=timezone.localdate())
    if held:
        raise ApprovalRefused(held)
    Baseline.objects.filter(strand__stream=stream, carried_from__isnull=False).delete()
    Expectation.objects.filter(stream=stream).delete()
    before, last_day_before = stream.cut_short, stream.approved_from - dt.timedelta(days=1)
    until = stream.cut_short_until
    stream.approved_from = stream.approved_until = None
    stream.cut_short = stream.cut_short_until = None
    stream.save(update_fields=["approved_from", "approved_until", "cut_short", "cut_short_until"])
    # Unless it was withdrawn to an earlier day since.
    if before is not None and before.approved_until == last_day_before:
        before.approved_until = until
        before.save(update_fields=["approved_until"])


@transaction.atomic
def remove_stream(*, by: Access, stream: Stream) -> None:
    """Remove a version that was never in use. Raises `ApprovalRefused`."""
    _check(by)
    stream = _locked(stream)
    if stream.approved_from is not None:
        raise ApprovalRefused(f"{stream} was in use, so it stays.")
    if stream.replaced_by.exists():
        raise ApprovalRefused(f"{stream.replaced_by.first()} goes on from {stream}.")
    try:
        stream.delete()
    except ProtectedError as error:
        raise ApprovalRefused(
            f"Notes or aims have been written in {stream} already, so it stays."
        ) from error


@transaction.atomic
def set_expectations(
    *, by: Access, stream: Stream, term: Term, expected: Mapping[int, Expected]
) -> None:
    """Set what is expected from a term on, by id of the route; a route left out is not judged.

    What was reckoned for the terms before stays as it is: they keep the figures they had.
    Figures that were set for later terms give way. Raises `ApprovalRefused`.
    """
    _check(by)
    _check_not_closed(term)
    stream = _locked(stream)
    if stream.approved_from is None or stream.approved_from > term.starts_on:
        raise ApprovalRefused(f"{stream} is not in use when {term} begins.")
    if stream.approved_until is not None and stream.approved_until < term.starts_on:
        raise ApprovalRefused(f"{stream} is no longer in use when {term} begins.")
    if not expected:
        raise ApprovalRefused("Choose one route at least, or take the stream out of use.")
    from_then_on = Expectation.objects.filter(_holds_from(term.starts_on, "ends_on"), stream=stream)
    for route in from_then_on.exclude(route__in=expected).values_list("route", flat=True):
        _check_nobody_judged(stream, route, term)
    from_then_on.filter(starts_on__gte=term.starts_on).delete()
    eve = term.starts_on - dt.timedelta(days=1)
    going_on = set()
    # What ended the day before goes on where it says the same: one row, not two.
    for row in Expectation.objects.filter(
        Q(ends_on=eve) | _holds_from(term.starts_on, "ends_on"), stream=stream
    ):
        same = expected.get(row.route_id) == (row.points_a_term, row.better)
        if same:
            going_on.add(row.route_id)
        row.ends_on = None if same else eve
        row.save(update_fields=["ends_on"])
    Expectation.objects.bulk_create(
        Expectation(stream=stream, route_id=route, starts_on=term.starts_on, **each._asdict())
        for route, each in expected.items()
        if route not in going_on
    )


def _locked(stream: Stream) -> Stream:
    """Lock all versions of a stream: what is decided of one depends on the others.

    Nobody records meanwhile: what is saved would stand in a version just taken out of use.
    """
    before_streams_change()
    versions = Stream.objects.select_for_update(of=("self",)).filter(code=stream.code)
    found = next((each for each in versions.order_by("pk") if each.pk == stream.pk), None)
    if found is None:
        raise ApprovalRefused(f"{stream} is no longer there: somebody has removed it.")
    return found


def _holds_from(day: dt.date, last: str) -> Q:
    """Keep what holds on a day or later; `last` is the field of its last day."""
    return Q(**{f"{last}__isnull": True}) | Q(**{f"{last}__gte": day})


def _check(by: Access) -> None:
    if not by.reach(Permission.SET_STREAMS).whole_trust:
        raise PermissionDenied


def _check_not_closed(term: Term) -> None:
    if is_closed(term, timezone.localdate()):
        raise ApprovalRefused(f"{term} is over and its window is closed, so it stays as it is.")


def _check_comes_into_use(
    stream: Stream, starts_on: dt.date, expected: Mapping[int, Expected]
) -> None:
    if stream.approved_until is not None:
        raise ApprovalRefused(f"{stream} was in use until {_day(stream.approved_until)}.")
    if stream.approved_from is not None:
        raise ApprovalRefused(f"{stream} is approved from {_day(stream.approved_from)} already.")
    if not expected:
        raise ApprovalRefused("Choose one route at least: only pupils on its routes are judged.")
    _check_goes_on(stream, starts_on)
    later = (
        Stream.objects.filter(code=stream.code, approved_from__gte=starts_on)
        .order_by("approved_from")
        .last()
    )
    if later is not None and later.approved_from is not None:
        raise ApprovalRefused(
            f"{later} is approved from {_day(later.approved_from)}, so another version can start"
            " the day after that at the earliest."
        )


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
        if before.pk not in _goes_on_from(stream):
            raise ApprovalRefused(
                f"{before} holds {held} in this trust, and {stream.version} does not say how it"
                f' goes on from there. Give its file a part "replaces" that names version'
                f" {before.version}."
            )
        judged = _judged_from(before, starts_on)
        if judged is not None:
            raise ApprovalRefused(
                f"{judged} has been judged in {before} already. Start after it ends on"
                f" {_day(judged.ends_on)}, so that no judgement is lost."
            )
        return


def _goes_on_from(stream: Stream) -> set[int]:
    """Return the versions whose baselines have come down to the one that a version replaces.

    They have not through a version that was never in use.
    """
    found = set()
    while stream.replaces is not None and stream.replaces.approved_from is not None:
        stream = stream.replaces
        found.add(stream.pk)
    return found


def _judged_from(stream: Stream, day: dt.date) -> Term | None:
    """Return the last term counted on that day or later that was judged in a version."""
    judged = Judgement.objects.filter(strand__stream=stream).values("term")
    return Term.objects.filter(census_on__gte=day, pk__in=judged).order_by("starts_on").last()


def _check_nobody_judged(stream: Stream, route: int, term: Term) -> None:
    judged = Judgement.objects.filter(
        Q(pupil__placements__ends_on__isnull=True)
        | Q(pupil__placements__ends_on__gte=F("term__census_on")),
        strand__stream=stream,
        term__census_on__gte=term.starts_on,
        pupil__placements__route=route,
        pupil__placements__starts_on__lte=F("term__census_on"),
    )
    if judged.exists():
        raise ApprovalRefused(
            f"Pupils on the {Route.objects.get(pk=route).name.lower()} route have been judged in"
            f" {stream} in {term} already, so it cannot be left out from then on."
        )


def _day(day: dt.date) -> str:
    return date_format(day, "j F Y")
