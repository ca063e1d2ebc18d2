"""Nothing of the formative record is replaced unseen, kept twice, or kept when it is to go."""

from uuid import uuid4

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from assessment.models import Evidence, Note, Strand, StrandMapping, Stream
from assessment.models.records import WAY_BACK
from assessment.services.notes import (
    NoteRefused,
    bring_back_note,
    delete_removed_notes,
    remove_note,
)
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import SavedOperation
from pupils.selectors.pupils import pupil_file
from tests.assessment.test_evidence import PDF
from tests.assessment.test_notes import cell, note_by, record, shown, strand, typed
from tests.pupils.conftest import seen


@pytest.fixture
def teacher(sign_in):
    return sign_in(Role.TEACHER)


@pytest.fixture
def pupil(world):
    return world.pupils[1]


@pytest.fixture
def note(world, pupil):
    """A note of the teacher's on reading."""
    return note_by(world.people[Role.TEACHER], pupil, strand=strand())


@pytest.fixture
def change(pupil, note):
    """The address at which the note is changed."""
    return reverse("note_change", args=[pupil.pk, note.pk])


def about_reading(**changes):
    return typed(about=f"strand-{strand().pk}", **changes)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_change_replaces_only_what_was_seen(world, sign_in, teacher, note, change, headers):
    opened = seen(teacher.get(change, headers=headers))
    sign_in(Role.HEAD).post(change, about_reading(text="As the head has it.") | opened)
    mine = about_reading(text="As I have it.") | opened
    mine |= {"attached": SimpleUploadedFile("a.pdf", PDF)}
    response = teacher.post(change, mine, headers=headers)
    page = shown(response)
    assert "Somebody changed this while you had it open." in page
    assert "What stands now" in page
    assert "As the head has it." in page
    assert "As I have it." in page
    note.refresh_from_db()
    assert note.text == "As the head has it."
    assert not Evidence.objects.exists()
    mine["attached"] = SimpleUploadedFile("a.pdf", PDF)
    teacher.post(change, mine | seen(response), headers=headers)
    note.refresh_from_db()
    assert note.text == "As I have it."
    assert Evidence.objects.count() == 1


def test_a_change_that_is_repeated_does_nothing_twice(teacher, note, change):
    form = about_reading(text="Changed.") | seen(teacher.get(change))
    for _ in range(2):
        sent = form | {"attached": SimpleUploadedFile("a.pdf", PDF)}
        assert teacher.post(change, sent).status_code == 302
    assert Evidence.objects.count() == 1
    page = shown(teacher.post(change, form | {"text": "Other words."}))
    assert "saved before with other words" in page
    assert "Changed." not in str(SavedOperation.objects.get().asked)


def test_a_longer_paste_is_not_cut_off_unseen(teacher, pupil, change):
    for address in (cell(pupil), change):
        page = shown(teacher.get(address))
        assert 'data-most="1000"' in page
        assert 'maxlength="1000"' not in page
        assert "js/limits" in page
    assert "js/limits" in shown(teacher.get(record(pupil)))
    assert "js/limits" in shown(teacher.get(cell(pupil), headers={"HX-Request": "true"}))


def test_nothing_of_a_removed_note_stays(world, teacher, note, change, pupil):
    sent = about_reading(text="About Wilhelmina.") | seen(teacher.get(change))
    teacher.post(change, sent | {"attached": SimpleUploadedFile("Wilhelmina.pdf", PDF)})
    teacher.post(change, about_reading(text="About nobody.") | seen(teacher.get(change)))
    teacher.post(reverse("note_remove", args=[pupil.pk, note.pk]))
    Note.objects.update(removed_at=timezone.now() - WAY_BACK)
    delete_removed_notes()
    with in_trust(world.trust.pk):
        for name in ("Note", "Evidence"):
            assert not apps.get_model("assessment", name).objects.exists()
            kept = apps.get_model("assessment", f"{name}Event").objects.values()
            assert kept.filter(pgh_label="deleted").count() == 1
            assert "About" not in str(list(kept))
            assert "Wilhelmina" not in str(list(kept))


def test_a_note_that_is_gone_is_said_to_be(world, note, pupil, teacher):
    file = pupil_file(world.access(Role.TEACHER), pupil_id=pupil.pk)
    page = shown(teacher.get(record(pupil)))
    assert page.count('hx-disabled-elt="find button"') == 1
    with pytest.raises(NoteRefused, match="no longer there"):
        bring_back_note(by=file.access, file=file, note=note)
    Note.objects.update(removed_at=timezone.now())
    assert 'hx-disabled-elt="find button"' in shown(teacher.get(record(pupil)))
    with pytest.raises(NoteRefused, match="no longer there"):
        remove_note(by=file.access, file=file, note=note)


def test_a_note_is_of_a_strand_that_is_or_was_the_pupils(world, teacher, pupil):
    address = reverse("cell_record", args=[pupil.pk])
    ids = {"code": "reading", "name": "Reading", "position": 1}
    drafts = [
        Stream.objects.create(code=code, version="0.9", name="Draft", proposed={})
        for code in ("developmental", "another", "noted")
    ]
    before, nobodys, noted = (Strand.objects.create(stream=each, **ids) for each in drafts)
    StrandMapping.objects.create(before=before, after=strand())
    Stream.objects.filter(pk=world.developmental.pk).update(replaces=drafts[0])
    note_by(world.people[Role.TEACHER], pupil, strand=noted)
    assert teacher.get(f"{address}?strand={before.pk}").status_code == 200
    assert teacher.get(f"{address}?strand={noted.pk}").status_code == 200
    of_nobody = f"{address}?strand={nobodys.pk}"
    assert teacher.get(of_nobody).status_code == 404
    assert teacher.post(of_nobody, typed(operation_id=str(uuid4()))).status_code == 404
    # Nor is it one of a route on which the pupil never was.
    engaged = Strand.objects.filter(stream=world.engagement)[0]
    assert teacher.get(f"{address}?strand={engaged.pk}").status_code == 404
    other = reverse("cell_record", args=[world.pupils[0].pk])
    assert teacher.get(f"{other}?strand={engaged.pk}").status_code == 200
