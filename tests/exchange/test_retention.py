"""How long records are kept: the years, what is due, and who may have it erased."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessment.models import Achievement, Evidence, Note
from exchange.measures import phrase_to_type, years_before
from exchange.models import Erasure, ErasureItem, ErasureLog, RetentionRule
from exchange.selectors.retention import REMOVED, due_records
from exchange.services import erasure_runs
from exchange.services.erasure_runs import erase
from exchange.tasks import resume_erasures
from parrcs.core.access import Role
from parrcs.core.jobs import ERASURES, only_here
from parrcs.core.tenancy import in_trust
from pupils.models import AttendanceTotal, Placement, PlacementRequest, Pupil
from schools.models import Membership
from tests.architecture.rows import a_row_everywhere
from tests.exchange.canary import decide
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.world import World

TODAY = dt.date(2026, 11, 22)
YEARS = {
    "pupil": "25", "note": "", "evidence": "", "achievement": "", "attendance": "6", "request": "1",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    real = timezone.localdate
    monkeypatch.setattr(timezone, "localdate", lambda *given: real(*given) if given else TODAY)


def left(world: World, born_on: dt.date, **more: Any) -> Pupil:
    """Return a pupil who left the school in 2019."""
    pupil: Pupil = PupilFactory(born_on=born_on, **more)
    PlacementFactory(
        pupil=pupil,
        school=world.school,
        class_group=None,
        route=world.routes["formal"],
        starts_on=dt.date(2012, 9, 1),
        ends_on=dt.date(2019, 7, 20),
    )
    return pupil


def due(world: World, role: Role = Role.TRUST_LEAD) -> dict[str, int]:
    found = due_records(world.access(role), today=TODAY)
    return {str(each.kind): each.count for each in found.kinds}


def carried_out(world: World, erasure: Erasure) -> Erasure:
    erase(trust_id=world.trust.pk, erasure_id=erasure.pk)
    erasure.refresh_from_db()
    return erasure


def test_sums() -> None:
    assert years_before(dt.date(2028, 2, 29), 25) == dt.date(2003, 2, 28)
    assert years_before(TODAY, 25) == dt.date(2001, 11, 22)
    assert phrase_to_type(1, 0) == "erase 1 pupil"
    assert phrase_to_type(14, 1) == "erase 14 pupils and 1 record"
    assert phrase_to_type(0, 2) == "erase 2 records"


def test_a_pupil_is_due_on_the_birthday_and_not_while_on_roll(world: World) -> None:
    born_on = dt.date(2001, 11, 22)
    there = [
        left(world, born_on).pk,
        PupilFactory(born_on=born_on).pk,  # never placed
    ]
    left(world, born_on + dt.timedelta(days=1))
    back = left(world, born_on)
    PlacementFactory(
        pupil=back, school=world.school, route=world.routes["formal"], starts_on=dt.date(2027, 1, 4)
    )
    found = due_records(world.access(Role.TRUST_LEAD), today=TODAY)
    assert found.kinds[0].rows == there or set(found.kinds[0].rows) == set(there)
    assert dict(found.kinds[0].places) == {world.school.name: 1, "Never placed": 1}
    assert {pupil.pk for pupil in found.names} == set(there)


def test_other_records_go_by_their_own_day(world: World) -> None:
    a_row_everywhere(world)
    pupil, lead = world.pupils[0], world.people[Role.TRUST_LEAD]
    assert due(world) == {"pupil": 0, "attendance": 0, "request": 0}
    old = dt.date(2019, 5, 1)
    Note.objects.filter(pupil=pupil).update(seen_on=old)
    Achievement.objects.filter(pupil=pupil).update(achieved_on=old)
    AttendanceTotal.objects.filter(pupil=pupil).update(starts_on=old, ends_on=old)
    requests = PlacementRequest.objects.order_by("pk")
    requests.filter(pk=requests[0].pk).update(
        pupil=None, born_on=dt.date(2012, 5, 1), requested_on=old, decided_on=dt.date(2025, 11, 22)
    )
    assert due(world) == {"pupil": 0, "attendance": 1, "request": 1}
    for kind, years in (("evidence", 7), ("achievement", 8), ("attendance", 7)):
        RetentionRule.objects.update_or_create(kind=kind, defaults={"years": years})
    assert due(world) == {
        "pupil": 0, "evidence": 1, "achievement": 0, "attendance": 1, "request": 1,
    }  # fmt: skip
    RetentionRule.objects.create(kind="note", years=7)
    # Files go with their notes, and everything with the pupil.
    assert due(world)["note"] == 2
    assert due(world)["evidence"] == 0
    gone = left(world, dt.date(2000, 1, 1))
    Note.objects.create(pupil=gone, seen_on=old, text="Seen", written_by=lead)
    assert (due(world)["pupil"], due(world)["note"]) == (1, 2)
    found = due_records(world.access(Role.TRUST_LEAD), today=TODAY)
    places = {str(each.kind): dict(each.places) for each in found.kinds}
    assert places["note"] == {world.school.name: 2}
    assert places["request"] == {requests[0].arb.name: 1}


def test_what_was_removed_by_hand_is_erased_from_history(world: World, sign_in: Any) -> None:
    a_row_everywhere(world)
    request = PlacementRequest.objects.order_by("pk")[0]
    born_on, old = dt.date(2010, 5, 1), dt.date(2020, 5, 1)
    request.pupil, request.child, request.born_on = None, "Never Came", born_on
    request.requested_on, request.decided_on = old, old
    request.save()
    request.delete()
    pupil = PupilFactory(born_on=dt.date(2000, 1, 1), last_name="Takenback")
    pupil.delete()
    found = due_records(world.access(Role.TRUST_LEAD), today=TODAY)
    assert {str(each.kind): dict(each.places) for each in found.kinds if each.count} == {
        "pupil": {REMOVED: 1},
        "request": {REMOVED: 1},
    }
    lead = sign_in(Role.TRUST_LEAD)
    page = lead.get(reverse("retention_erase"))
    assert "of whom 1 was removed by hand before" in page.content.decode()
    lead.post(
        reverse("retention_erase"),
        {"typed": "erase 1 pupil and 1 record", "seen": page.context["form"].initial["seen"]},
    )
    assert carried_out(world, Erasure.objects.order_by("-pk")[0]).state == "done"
    log = ErasureLog.objects.order_by("-pk")[0]
    assert (log.pupils, log.records) == (1, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pupils_pupilevent WHERE last_name = 'Takenback'")
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT count(*) FROM pupils_placementrequestevent WHERE child LIKE 'Never%'"
        )
        assert cursor.fetchone() == (0,)


def test_what_was_removed_by_hand_is_due_by_its_own_day(world: World) -> None:
    a_row_everywhere(world)
    pupil, old = world.pupils[0], dt.date(2016, 5, 1)
    notes = Note.objects.filter(pupil=pupil, evidence__isnull=False)
    kept, gone = notes[0], PupilFactory(born_on=dt.date(2000, 1, 1))
    more = {"written_by": kept.written_by, "text": "Seen", "seen_on": old}
    removed = Note.objects.create(pupil=pupil, **more)
    file = {"kind": "application/pdf", "size": 1, "sha256": "0" * 64, "content": b"x"}
    for note in (kept, removed):
        Evidence.objects.create(note=note, name="a.pdf", **file)
    Note.objects.filter(pk=kept.pk).update(seen_on=old)
    Achievement.objects.filter(pupil=pupil).update(achieved_on=old)
    AttendanceTotal.objects.filter(pupil=pupil).update(starts_on=old, ends_on=old)
    # What goes with a whole record is not counted once more.
    Note.objects.create(pupil=gone, **more).delete()
    Evidence.objects.filter(note__pupil=pupil).delete()
    removed.delete()
    achievements = Achievement.objects.filter(pupil=pupil).delete()[0]
    attendance = AttendanceTotal.objects.filter(pupil=pupil).delete()[0]
    assert attendance
    assert due(world) == {"pupil": 1, "attendance": attendance, "request": 0}
    for kind in ("evidence", "achievement"):
        RetentionRule.objects.create(kind=kind, years=7)
    found = due_records(world.access(Role.TRUST_LEAD), today=TODAY)
    by_hand = {str(each.kind): dict(each.places).get(REMOVED) for each in found.kinds}
    assert by_hand == {
        "pupil": None, "evidence": 3, "achievement": achievements, "attendance": attendance,
        "request": None,
    }  # fmt: skip
    RetentionRule.objects.create(kind="note", years=7)
    found = due_records(world.access(Role.TRUST_LEAD), today=TODAY)
    by_hand = {str(each.kind): dict(each.places).get(REMOVED) for each in found.kinds}
    assert (by_hand["note"], by_hand["evidence"]) == (1, None)
    erasure = decide(world, reason="retention", pupils=1, records=found.records)
    for each in found.kinds:
        for row in each.rows:
            ErasureItem.objects.create(erasure=erasure, kind=each.kind, row=row)
    assert carried_out(world, erasure).state == "done"
    found = due_records(world.access(Role.TRUST_LEAD), today=TODAY)
    assert (found.pupils, found.records) == (0, 0)


def test_who_sets_the_years_is_shown_no_name(world: World, sign_in: Any) -> None:
    gone = left(world, dt.date(2000, 1, 1))
    admin = sign_in(Role.TRUST_ADMIN)
    text = admin.get(reverse("retention")).content.decode()
    assert f"{world.school.name}: 1" in text
    assert gone.last_name not in text
    assert gone.upn not in text
    assert "A trust lead looks through them and decides." in text
    for method in (admin.get, admin.post):
        assert method(reverse("retention_erase")).status_code == 403
        assert method(reverse("pupil_erase", args=[gone.pk])).status_code == 403
    assert due_records(world.access(Role.TRUST_ADMIN), today=TODAY).names == ()
    response = admin.post(reverse("retention"), YEARS | {"pupil": "30", "note": "10"}, follow=True)
    assert "The years are saved. Nothing was erased." in response.content.decode()
    assert dict(RetentionRule.objects.values_list("kind", "years")) == {"pupil": 30, "note": 10}
    assert "Nothing is due" in response.content.decode()


def test_years_that_make_no_sense_are_refused(world: World, sign_in: Any) -> None:
    admin = sign_in(Role.TRUST_ADMIN)
    for said, words in (
        ({"pupil": ""}, "Say for how many years."),
        ({"pupil": "0"}, "At least one year."),
        ({"note": "101"}, "At most 100 years."),
        ({"attendance": "six"}, "Write a whole number of years."),
    ):
        assert words in admin.post(reverse("retention"), YEARS | said).content.decode()
    assert not RetentionRule.objects.exists()


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in (Role.TRUST_LEAD, Role.TRUST_ADMIN)]
)
def test_nobody_else_sees_what_is_due(role: Role, world: World, sign_in: Any) -> None:
    client = sign_in(role)
    for name in ("retention", "retention_erase"):
        assert client.post(reverse(name)).status_code == 403
    assert "Retention" not in client.get(reverse("home"), follow=True).content.decode()


def test_a_trust_lead_looks_through_types_and_erases(world: World, sign_in: Any) -> None:
    gone = left(world, dt.date(2000, 1, 1), last_name="Longgone")
    pupil = world.pupils[0]
    AttendanceTotal.objects.create(
        pupil=pupil,
        starts_on=dt.date(2019, 1, 7),
        ends_on=dt.date(2019, 2, 1),
        possible=2,
        attended=2,
    )
    lead = sign_in(Role.TRUST_LEAD)
    page = reverse("retention_erase")
    text = lead.get(page).content.decode()
    assert "Longgone" in text
    assert "Type: erase 1 pupil and 1 record" in text
    seen = lead.get(page).context["form"].initial["seen"]
    for typed, words in (("", "Type “erase"), ("erase 2 pupils", "Nothing was erased.")):
        refused = lead.post(page, {"typed": typed, "seen": seen})
        assert words in refused.content.decode()
    meant = {"typed": " Erase 1  pupil and 1 record ", "seen": seen, "pupils": [gone.pk]}
    left(world, dt.date(2000, 1, 2))
    assert "has changed since" in lead.post(page, meant, follow=True).content.decode()
    Pupil.objects.filter(born_on=dt.date(2000, 1, 2)).update(born_on=dt.date(2010, 1, 1))
    other = lead.post(page, meant | {"seen": "other"}, follow=True)
    assert "What is due has changed since you looked." in other.content.decode()
    assert not Erasure.objects.exists()
    response = lead.post(page, meant)
    erasure = Erasure.objects.get()
    assert response.url == reverse("erasure", args=[erasure.pk])
    shown = lead.get(response.url).content.decode()
    assert "Waiting for a worker" in shown
    assert (
        lead.get(f"{response.url}?seen=waiting", headers={"HX-Request": "true"}).status_code == 204
    )
    going = lead.get(f"{response.url}?seen=x", headers={"HX-Request": "true"})
    assert "Waiting for a worker" in going.content.decode()
    assert "not done" in lead.get(reverse("retention")).content.decode()
    assert carried_out(world, erasure).state == "done"
    over = lead.get(f"{response.url}?seen=waiting", headers={"HX-Request": "true"})
    assert over.headers["HX-Refresh"] == "true"
    assert "1 whole record of pupils and 1 other record" in lead.get(response.url).content.decode()
    assert not Pupil.objects.filter(pk=gone.pk).exists()
    assert not AttendanceTotal.objects.filter(pupil=pupil).exists()
    log = ErasureLog.objects.get()
    assert (log.pupils, log.records, log.reason) == (1, 1, "retention")
    text = lead.get(reverse("retention")).content.decode()
    assert "Kept as long as the trust keeps it" in text
    assert lead.get(reverse("pupil", args=[gone.pk])).status_code == 404
    assert lead.get(page).status_code == 200


def test_single_kinds_go_with_their_history_and_leave_the_pupil(world: World) -> None:
    a_row_everywhere(world)
    pupil = world.pupils[0]
    note = Note.objects.filter(pupil=pupil, evidence__isnull=False)[0]
    note.seen_on = dt.date(2015, 1, 1)
    note.save()
    RetentionRule.objects.create(kind="note", years=5)
    found = due_records(world.access(Role.TRUST_LEAD), today=TODAY)
    erasure = decide(world, reason="retention", pupils=0, records=found.records)
    for kind in found.kinds:
        for row in kind.rows:
            ErasureItem.objects.create(erasure=erasure, kind=kind.kind, row=row)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pupils_pupilevent")
        before = cursor.fetchone()
        assert carried_out(world, erasure).state == "done"
        for table in ("assessment_noteevent", "assessment_evidenceevent"):
            cursor.execute(
                f"SELECT count(*) FROM {table} WHERE"
                f" {'pgh_obj_id' if 'note' in table else 'note_id'} = %s",
                [note.pk],
            )
            assert cursor.fetchone() == (0,), table
        cursor.execute("SELECT count(*) FROM pupils_pupilevent")
        assert cursor.fetchone() == before
    assert not Evidence.objects.filter(note=note.pk).exists()
    assert Pupil.objects.filter(pk=pupil.pk).exists()
    log = ErasureLog.objects.get(erasure=erasure.pk)
    assert (log.pupils, log.records) == (0, 1)
    assert log.counts["assessment_evidence"] == 1


def test_a_head_erases_one_record_with_a_reason(world: World, sign_in: Any) -> None:
    pupil, page = world.pupils[0], reverse("pupil_erase", args=[world.pupils[0].pk])
    head = sign_in(Role.HEAD)
    assert "is on roll, or is to come" in head.get(page).content.decode()
    for said, words in (
        ({"reason": "", "typed": "erase 1 pupil"}, "Say why it is erased."),
        ({"reason": "retention", "typed": "erase 1 pupil"}, "Choose one of the list."),
        ({"reason": "right", "typed": "yes"}, "This is not “erase 1 pupil”."),
    ):
        assert words in head.post(page, said).content.decode()
    response = head.post(page, {"reason": "right", "typed": "erase 1 pupil"})
    erasure = Erasure.objects.get()
    assert carried_out(world, erasure).state == "done"
    assert "Erased" in head.get(response.url).content.decode()
    assert not Pupil.objects.filter(pk=pupil.pk).exists()
    assert ErasureLog.objects.get().erased_by == world.people[Role.HEAD]
    # Another school's pupil is not there; another person's decision neither.
    far = reverse("pupil_erase", args=[world.other_pupils[0].pk])
    assert head.post(far, {"reason": "right", "typed": "erase 1 pupil"}).status_code == 404
    theirs = decide(world, world.other_pupils[0])
    assert head.get(reverse("erasure", args=[theirs.pk])).status_code == 404
    assert sign_in(Role.INCLUSION_LEAD).get(page).status_code == 403


def test_the_worker_asks_again_whether_it_is_right(world: World) -> None:
    pupil = world.pupils[0]
    left_school = decide(world, pupil, asked_by=world.people[Role.HEAD])
    Placement.objects.filter(pupil=pupil).update(school=world.other_school, class_group=None)
    assert carried_out(world, left_school).problem.startswith("This pupil's school")
    no_more = decide(world, pupil)
    Membership.objects.filter(person=world.people[Role.TRUST_LEAD]).update(ended_at=timezone.now())
    assert (
        carried_out(world, no_more).problem == "Whoever decided this may no longer erase records."
    )
    Membership.objects.filter(person=world.people[Role.TRUST_LEAD]).update(ended_at=None)
    not_due = decide(world, pupil, reason="retention")
    assert carried_out(world, not_due).problem.startswith("Something that was due")
    by_head = decide(world, pupil, reason="retention", asked_by=world.people[Role.HEAD])
    assert "what is due" in carried_out(world, by_head).problem
    assert Pupil.objects.filter(pk=pupil.pk).exists()
    assert not ErasureItem.objects.exists()
    assert not ErasureLog.objects.exists()


def test_a_killed_worker_leaves_it_to_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch, sign_in: Any
) -> None:
    rung: list[dict[str, int]] = []
    monkeypatch.setattr(erasure_runs, "ring_to_erase", lambda **ids: rung.append(ids))
    erasure = decide(world, world.pupils[0])
    resume_erasures()
    assert rung == []  # its first bell may still be heard
    Erasure.objects.filter(pk=erasure.pk).update(state="erasing", attempts=1)
    resume_erasures()
    assert rung == [{"trust_id": world.trust.pk, "erasure_id": erasure.pk}]
    with only_here(ERASURES, erasure.pk):
        resume_erasures()
    assert len(rung) == 1  # a worker is at it
    Erasure.objects.filter(pk=erasure.pk).update(attempts=3)
    given_up = carried_out(world, erasure)
    assert (given_up.state, given_up.problem[:24]) == ("failed", "This was started 3 times")
    page = sign_in(Role.TRUST_LEAD).get(reverse("erasure", args=[erasure.pk]))
    assert "Nothing was erased." in page.content.decode()
    assert carried_out(world, erasure).state == "failed"
    with in_trust(world.trust.pk):
        assert Pupil.objects.filter(pk=world.pupils[0].pk).exists()


def test_the_page_costs_the_same_however_much_is_due(world: World, sign_in: Any) -> None:
    lead: Client = sign_in(Role.TRUST_LEAD)
    costs = []
    for n in (2, 30):
        for _ in range(n):
            left(world, dt.date(2000, 1, 1))
        for name in ("retention", "retention_erase"):
            with CaptureQueriesContext(connection) as made:
                lead.get(reverse(name))
            costs.append(len(made))
    assert costs[:2] == costs[2:]
