"""The formative record: who writes, changes, removes and reads notes, and what they feed."""

import datetime as dt
from decimal import Decimal
from html import unescape
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessment.models import Note, Point, Strand, StrandMapping, Stream
from assessment.models.records import WAY_BACK
from assessment.selectors.notes import latest_notes, small_steps
from assessment.services.notes import delete_removed_notes
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import Placement, SavedOperation
from pupils.selectors.pupils import pupil_file
from tests.factories.pupils import PlacementFactory
from tests.factories.schools import MembershipFactory, UserFactory
from tests.pupils.conftest import seen
from tests.world import give_target

DAY = dt.date(2025, 11, 3)


def strand(code="reading"):
    return Strand.objects.get(stream__code="developmental", stream__version="1.0", code=code)


def point(world, value):
    return Point.objects.get(stream=world.developmental, value=value)


def cell(pupil, code="reading"):
    return f"{reverse('cell_record', args=[pupil.pk])}?strand={strand(code).pk}"


def record(pupil):
    return reverse("pupil_record", args=[pupil.pk])


def typed(**changes):
    form = {"text": "Points to the first letter of her name.", "seen_on": DAY.isoformat()}
    return form | {"point": "", "secured": "", "operation_id": str(uuid4())} | changes


def shown(response):
    assert response.status_code == 200
    return unescape(response.content.decode())


def note_by(person, pupil, **changes):
    columns = {"pupil": pupil, "seen_on": DAY, "text": "Seen.", "written_by": person} | changes
    return Note.objects.create(**columns)


@pytest.fixture
def teacher(sign_in):
    return sign_in(Role.TEACHER)


@pytest.fixture
def pupil(world):
    return world.pupils[1]


def test_a_teacher_notes_a_small_step_beside_the_grid(world, teacher, pupil):
    page = shown(teacher.get(cell(pupil)))
    assert "Nothing noted yet for Reading" in page
    response = teacher.post(cell(pupil), typed(point=point(world, 12).pk, secured="yes"))
    assert response.status_code == 302
    note = Note.objects.get()
    assert (note.pupil, note.strand, note.point, note.secured, note.seen_on) == (
        pupil,
        strand(),
        point(world, 12),
        True,
        DAY,
    )
    assert note.written_by == world.people[Role.TEACHER]
    page = shown(teacher.get(response.url))
    assert "Points to the first letter of her name." in page
    assert "3 November 2025" in page
    assert "secured" in page
    assert "Harbour teacher" in page


def test_with_htmx_the_part_alone_answers(world, teacher, pupil):
    answer = teacher.post(cell(pupil), typed(), headers={"HX-Request": "true"})
    part = shown(answer)
    assert "<html" not in part
    assert 'id="cell-record"' in part
    assert "Saved." in part
    assert "Points to the first letter of her name." in part
    assert "<html" not in shown(teacher.get(cell(pupil), headers={"HX-Request": "true"}))


def test_a_note_for_a_target_and_one_in_general(world, teacher, pupil):
    target = give_target(pupil, world.term)
    address = f"{reverse('cell_record', args=[pupil.pk])}?target={target.pk}"
    assert "Small step" not in shown(teacher.get(address))
    assert teacher.post(address, typed()).status_code == 302
    add = reverse("note_add", args=[pupil.pk])
    assert teacher.post(add, typed(about=f"target-{target.pk}", text="2")).status_code == 302
    assert teacher.post(add, typed(about="", text="3")).status_code == 302
    assert teacher.post(add, typed(about=f"strand-{strand().pk}", text="4")).status_code == 302
    said = [(n.text, n.target, n.strand) for n in Note.objects.order_by("id")][1:]
    assert said == [("2", target, None), ("3", None, None), ("4", None, strand())]
    # The words of a target that was removed go; what was seen stays.
    target.delete()
    assert Note.objects.filter(target=None).count() == 4


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": ""}, "Write what you saw, choose a small step, or add a file."),
        ({"text": "x" * 1001}, "This has 1001 characters; at most 1000 fit."),
        ({"text": "a\0b"}, "Null characters are not allowed."),
        ({"seen_on": "2199-01-01"}, "This day is still to come."),
        ({"seen_on": "2001-01-01"}, "This is before the pupil was born."),
        ({"seen_on": "yesterday"}, "This is not a date."),
        ({"seen_on": ""}, "Enter a date."),
        ({"point": "no"}, "That step is not on the scale."),
        ({"operation_id": "no"}, "Enter a valid UUID."),
    ],
)
def test_what_cannot_be_is_told_and_what_was_typed_stays(world, teacher, pupil, changes, words):
    form = typed(**changes)
    page = shown(teacher.post(cell(pupil), form))
    assert words in page
    assert form["text"].replace("\0", "") in page.replace("\0", "")
    assert not Note.objects.exists()
    assert not SavedOperation.objects.exists()


def test_line_ends_count_once(world, teacher, pupil):
    text = "\r\n".join(["x" * 99] * 10)  # 999 characters as the browser counts them
    assert teacher.post(cell(pupil), typed(text=text)).status_code == 302
    assert Note.objects.get().text == text.replace("\r\n", "\n")


def test_a_step_is_of_the_scale_of_its_strand(world, teacher):
    pupil = world.pupils[0]  # on the pre-formal route, which has two streams
    add = reverse("note_add", args=[pupil.pk])
    other = Point.objects.get(stream=world.engagement, value=2)
    wrong = typed(about=f"strand-{strand().pk}", point=other.pk)
    assert "This step is not on the scale of Reading." in shown(teacher.post(add, wrong))
    general = typed(about="", point=other.pk)
    assert "Choose the strand." in shown(teacher.post(add, general))
    assert not Note.objects.exists()


def test_a_save_that_is_repeated_does_nothing_twice(world, teacher, pupil):
    form = typed()
    for _ in range(2):
        assert teacher.post(cell(pupil), form).status_code == 302
    assert Note.objects.count() == 1
    page = shown(teacher.post(cell(pupil), form | {"text": "Other words."}))
    assert "saved before with other words" in page
    assert "Other words." in page
    assert Note.objects.count() == 1
    # What a note says can be removed, so it does not stay with the save.
    assert form["text"] not in str(SavedOperation.objects.get().asked)


def test_who_wrote_it_changes_it_and_who_leads_and_nobody_else(world, sign_in, pupil):
    colleague = UserFactory(name="Second teacher")
    MembershipFactory(person=colleague, role=Role.TEACHER, class_group=world.class_group)
    note = note_by(world.people[Role.TEACHER], pupil, strand=strand())
    change = reverse("note_change", args=[pupil.pk, note.pk])
    second = Client()
    second.force_login(colleague)
    assert second.get(cell(pupil)).status_code == 200
    assert change not in shown(second.get(cell(pupil)))
    inclusion = sign_in(Role.INCLUSION_LEAD)
    assert "Seen." in shown(inclusion.get(cell(pupil)))
    for client in (second, inclusion):
        assert client.post(change, typed()).status_code == 403
        assert client.post(f"{change}remove/").status_code == 403
    for role in (Role.TEACHER, Role.ASSESSMENT_LEAD, Role.HEAD, Role.TRUST_LEAD):
        about = {"about": f"strand-{strand().pk}"}
        client = sign_in(role)
        about |= seen(client.get(change))
        answer = client.post(change, typed(text=f"By {role}.", **about))
        assert answer.status_code == 302, role
    note.refresh_from_db()
    assert note.text == "By trust_lead."
    assert note.written_by == world.people[Role.TEACHER]
    assert note.strand == strand()
    # History keeps that it was changed and by whom, and not the words: they can be removed.
    assert note.events.count() == 4
    assert not hasattr(note.events.first(), "text")


def test_who_only_sees_the_pupil_reads_and_writes_nothing(world, sign_in):
    pupil = world.arb_pupils[0]
    note = note_by(world.people[Role.HEAD], pupil, strand=strand())
    host = sign_in(Role.HOST_LINK)
    page = shown(host.get(cell(pupil)))
    assert "Seen." in page
    assert "Write a note" not in page
    assert host.post(cell(pupil), typed()).status_code == 403
    assert host.get(reverse("note_add", args=[pupil.pk])).status_code == 403
    assert host.post(reverse("note_remove", args=[pupil.pk, note.pk])).status_code == 403
    assert sign_in(Role.GOVERNOR).get(record(pupil)).status_code == 403
    assert sign_in(Role.TEACHER).get(record(pupil)).status_code == 404


def test_a_note_that_is_removed_can_be_brought_back_for_an_hour(world, sign_in, teacher, pupil):
    note = note_by(world.people[Role.TEACHER], pupil, strand=strand())
    remove = reverse("note_remove", args=[pupil.pk, note.pk])
    restore = reverse("note_restore", args=[pupil.pk, note.pk])
    assert teacher.post(f"{remove}?cell").url == cell(pupil)
    page = shown(teacher.get(cell(pupil)))
    assert "Seen." not in page
    assert "Bring it back" in page
    assert "Seen." not in shown(sign_in(Role.INCLUSION_LEAD).get(record(pupil)))
    assert sign_in(Role.INCLUSION_LEAD).post(restore).status_code == 403
    assert teacher.post(restore).url == record(pupil)
    assert "Seen." in shown(teacher.get(cell(pupil)))
    # In place, with htmx, and then too late.
    part = shown(teacher.post(remove, headers={"HX-Request": "true"}))
    assert part.lstrip().startswith("<li")
    assert "Bring it back" in part
    Note.objects.update(removed_at=timezone.now() - WAY_BACK)
    assert teacher.post(restore).status_code == 404
    assert "Bring it back" not in shown(teacher.get(record(pupil)))
    delete_removed_notes()
    with in_trust(world.trust.pk):
        assert not Note.objects.exists()


def test_a_change_in_place_and_leaving_it(world, teacher, pupil):
    note = note_by(world.people[Role.TEACHER], pupil, strand=strand())
    change = f"{reverse('note_change', args=[pupil.pk, note.pk])}?cell"
    htmx = {"HX-Request": "true"}
    part = shown(teacher.get(change, headers=htmx))
    assert "<form" in part
    assert "<html" not in part
    assert '<form class="form' not in shown(teacher.get(f"{change}&leave", headers=htmx))
    wrong = shown(teacher.post(change, typed(seen_on="2199-01-01"), headers=htmx))
    assert "This day is still to come." in wrong
    right = typed(about=f"strand-{strand().pk}", text="Better words.")
    right |= seen(teacher.get(change, headers=htmx))
    assert "Better words." in shown(teacher.post(change, right, headers=htmx))


def test_the_notes_of_earlier_versions_stand_in_the_later_one(world, teacher, pupil):
    before = Stream.objects.create(
        code="developmental", version="0.9", name="Developmental", proposed={}
    )
    old = Strand.objects.create(stream=before, code="reading", name="Reading", position=1)
    StrandMapping.objects.create(before=old, after=strand())
    Stream.objects.filter(pk=world.developmental.pk).update(replaces=before)
    note_by(world.people[Role.TEACHER], pupil, strand=old, text="Of the old version.")
    note_by(world.people[Role.TEACHER], pupil, strand=strand("writing"), text="Elsewhere.")
    page = shown(teacher.get(cell(pupil)))
    assert "Of the old version." in page
    assert "in version 0.9" in page
    assert "Elsewhere." not in page


def test_whom_the_pupil_has_left_sees_notes_until_the_last_day(world, sign_in):
    pupil, lead = world.arb_pupils[0], world.people[Role.TRUST_LEAD]
    last_day = dt.date(2026, 3, 27)
    Placement.objects.filter(pupil=pupil).update(ends_on=last_day)
    PlacementFactory(
        pupil=pupil,
        school=world.other_school,
        class_group=world.other_class,
        starts_on=dt.date(2026, 4, 13),
    )
    later = give_target(pupil, world.terms[2])
    note_by(lead, pupil, seen_on=last_day, text="On the last day.", strand=strand())
    note_by(lead, pupil, seen_on=dt.date(2026, 4, 14), text="In the new school.", strand=strand())
    note_by(lead, pupil, seen_on=last_day, text="For a later target.", target=later)
    head = sign_in(Role.HEAD)
    page = shown(head.get(record(pupil)))
    assert "On the last day." in page
    assert "In the new school." not in page
    assert "For a later target." not in page
    assert "In the new school." not in shown(head.get(cell(pupil)))
    assert head.get(f"{record(pupil)}cell/?target={later.pk}").status_code == 404
    everything = shown(sign_in(Role.TRUST_LEAD).get(record(pupil)))
    assert "In the new school." in everything
    assert "For a later target." in everything
    access = world.access(Role.HEAD)
    file = pupil_file(access, pupil_id=pupil.pk)
    assert [one.note.text for one in latest_notes(access, file=file)] == ["On the last day."]


def test_who_recorded_for_a_leaver_notes_days_until_the_last(world, sign_in):
    pupil = world.pupils[1]
    Placement.objects.filter(pupil=pupil).update(ends_on=dt.date(2025, 12, 1))
    head = sign_in(Role.HEAD)
    page = shown(head.post(cell(pupil), typed(seen_on="2025-12-02")))
    assert "left on 1 December 2025. A note is of a day until then." in page
    assert head.post(cell(pupil), typed(seen_on="2025-12-01")).status_code == 302


def test_small_steps_by_pupil_and_strand(world, pupil):
    person, other = world.people[Role.TEACHER], world.pupils[0]
    first = {"strand": strand(), "point": point(world, 5)}
    note_by(person, pupil, **first, secured=True, seen_on=dt.date(2025, 11, 5))
    note_by(person, pupil, **first, secured=False, seen_on=dt.date(2025, 10, 5))
    note_by(person, pupil, strand=strand(), text="No step.")
    note_by(person, other, strand=strand("writing"), point=point(world, 2), secured=True)
    note_by(person, pupil, **first, secured=True, removed_at=timezone.now())
    note_by(person, world.other_pupils[0], **first, secured=True)
    ids = [pupil.pk, other.pk, world.other_pupils[0].pk]
    assert small_steps(world.access(Role.TEACHER), pupil_ids=ids) == {
        pupil.pk: {
            strand().pk: [
                (Decimal(5), False, dt.date(2025, 10, 5)),
                (Decimal(5), True, dt.date(2025, 11, 5)),
            ]
        },
        other.pk: {strand("writing").pk: [(Decimal(2), True, DAY)]},
    }


def test_all_notes_are_narrowed_and_paged(world, teacher, pupil):
    person = world.people[Role.TEACHER]
    assert "No notes yet" in shown(teacher.get(record(pupil)))
    for number in range(23):
        note_by(person, pupil, seen_on=DAY + dt.timedelta(days=number), text=f"No. {number}.")
    target = give_target(pupil, world.term)
    note_by(person, pupil, strand=strand(), text="Of reading.")
    note_by(person, pupil, target=target, text="Of the target.")
    first = shown(teacher.get(record(pupil)))
    assert "25 notes" in first
    assert "No. 22." in first
    assert "No. 2." not in first
    assert "No. 2." in shown(teacher.get(record(pupil), {"page": 2}))
    reading = shown(teacher.get(record(pupil), {"about": f"strand-{strand().pk}"}))
    assert "1 note found" in reading
    assert "Of reading." in reading
    assert "No. 22." not in reading
    aimed = shown(teacher.get(record(pupil), {"about": f"target-{target.pk}"}))
    assert "Of the target." in aimed
    assert "No such note" in shown(teacher.get(record(pupil), {"with_files": "on"}))
    assert "25 notes" in shown(teacher.get(record(pupil), {"about": "strand-0", "page": "x"}))


def test_what_is_asked_for_and_not_there(world, teacher, pupil):
    address = reverse("cell_record", args=[pupil.pk])
    assert teacher.get(address).url == record(pupil)
    assert teacher.get(f"{address}?strand=x").url == record(pupil)
    assert teacher.get(f"{address}?strand={10**9}").status_code == 404
    target = give_target(world.pupils[0], world.term)
    assert teacher.get(f"{address}?target={target.pk}").status_code == 404
    note = note_by(world.people[Role.TEACHER], world.pupils[0])
    assert teacher.get(reverse("note_change", args=[pupil.pk, note.pk])).status_code == 404


def test_the_same_queries_for_two_notes_and_for_twenty(world, teacher, pupil):
    person = world.people[Role.TEACHER]
    note_by(person, pupil, strand=strand(), point=point(world, 3), secured=True)
    note_by(person, pupil, strand=strand(), target=None)

    def counted():
        counts = []
        for address in (cell(pupil), record(pupil)):
            with CaptureQueriesContext(connection) as queries:
                assert teacher.get(address).status_code == 200
            counts.append(len(queries))
        return counts

    few = counted()
    for _ in range(18):
        note_by(person, pupil, strand=strand(), point=point(world, 3), secured=False)
    assert counted() == few
    assert max(few) <= 24
