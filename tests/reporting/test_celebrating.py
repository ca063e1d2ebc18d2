"""Achievements, the sheets that families are given, and whom nothing that leaves may name."""

import datetime as dt
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from assessment.models import Achievement, CoreArea
from parrcs.core.access import Role
from pupils.models import Pupil
from reporting.models import Report
from reporting.reports.ht import ht_report
from reporting.services.pdf import make_pdf
from reporting.services.pictures import pictures
from tests.assessment.test_evidence import GPS, PDF, opened, picture
from tests.factories.pupils import PlacementFactory, PupilFactory
from tests.pdf_ua import require_pdf_ua
from tests.pupils.conftest import words

DAY = dt.date(2026, 11, 20)


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """A day of autumn 2026."""
    real = timezone.localdate
    monkeypatch.setattr(
        timezone, "localdate", lambda *given: real(*given) if given else dt.date(2026, 11, 21)
    )


@pytest.fixture
def teacher(sign_in):
    return sign_in(Role.TEACHER)


@pytest.fixture
def area(world):
    return f"core-{CoreArea.objects.get(code='reading').pk}"


def consent(pupil, *, protected=False):
    Pupil.objects.filter(pk=pupil.pk).update(
        photo_consent_on=dt.date(2026, 9, 1), photo_consent_by="Mother", protected=protected
    )


def add(client, pupil, area, photo=None, **more):
    said = {"what": "Read a book aloud", "achieved_on": "2026-11-20", "area": area, **more}
    if photo:
        said["photo"] = SimpleUploadedFile("a.jpg", photo)
    return client.post(reverse("achievements", args=[pupil.pk]), said, follow=True)


def pdf(client, name, pk):
    response = client.get(reverse(name, args=[pk]))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    return b"".join(response) if response.streaming else response.content


def text(content):
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def test_a_teacher_writes_it_down_and_prints_the_sheet(world, teacher, area, tmp_path):
    pupil = world.pupils[0]
    consent(pupil)
    shown = add(teacher, pupil, area, picture(), voice="All of it.", symbols=["proud", "again"])
    assert "The achievement is saved." in words(shown)
    assert "Read a book aloud “All of it.” Proud Again" in words(shown)
    (stored,) = Achievement.objects.all()
    assert GPS not in opened(stored.photo).getexif()
    photo = teacher.get(reverse("achievement_photo", args=[pupil.pk, stored.pk]))
    assert photo["Content-Type"] == "image/webp"
    assert photo["Cache-Control"] == "no-store, private"
    add(teacher, world.pupils[1], "wider-swimming", what="Swam a width")
    sheets = {
        "pupil": pdf(teacher, "pupil_celebration", pupil.pk),
        "class": pdf(teacher, "class_celebration", world.class_group.pk),
        "none": pdf(teacher, "class_celebration", world.class_group.pk),
    }
    assert f"Well done, {pupil.first_name}" in text(sheets["pupil"])
    assert "Read a book aloud" in text(sheets["pupil"])
    assert "Swam a width" in text(sheets["class"])
    # First names only: other families read it.
    assert pupil.last_name not in text(sheets["class"])
    files = []
    for name, content in sheets.items():
        files.append(tmp_path / f"{name}.pdf")
        files[-1].write_bytes(content)
    Achievement.objects.all().delete()
    files[-1].write_bytes(pdf(teacher, "class_celebration", world.class_group.pk))
    require_pdf_ua(files)


def test_what_cannot_be_is_said_at_its_field_and_not_stored(world, teacher, sign_in, area):
    pupil = world.pupils[0]
    assert "This day is still to come." in words(
        add(teacher, pupil, area, achieved_on="2026-11-22")
    )
    assert "This is before the pupil was born." in words(
        add(teacher, pupil, area, achieved_on="2001-01-01")
    )
    assert "Choose one of the list." in words(add(teacher, pupil, "core-999999"))
    assert "Write what was achieved." in words(add(teacher, pupil, area, what=""))
    consent(pupil)
    assert "This is a PDF." in words(add(teacher, pupil, area, PDF))
    assert "neither a picture" in words(add(teacher, pupil, area, b"x"))
    assert not Achievement.objects.exists()
    assert add(sign_in(Role.INCLUSION_LEAD), pupil, area).status_code == 403
    assert add(sign_in(Role.HOST_LINK), world.arb_pupils[0], area).status_code == 403
    assert add(teacher, world.other_pupils[0], area).status_code == 404


def test_without_consent_no_photo_is_kept_and_withdrawn_consent_hides_it(
    world, teacher, sign_in, area
):
    pupil = world.pupils[0]
    add(teacher, pupil, area, picture())
    # The form has no field for it; what is sent all the same is left aside.
    assert Achievement.objects.get().photo is None
    head = sign_in(Role.HEAD)
    address = reverse("pupil_protection", args=[pupil.pk])
    half = head.post(address, {"photo_consent_on": "2026-09-01"})
    assert "Consent has both a day and who gave it." in words(half)
    assert "This day is still to come." in words(
        head.post(address, {"photo_consent_on": "2027-09-01", "photo_consent_by": "Mother"})
    )
    head.post(address, {"photo_consent_on": "2026-09-01", "photo_consent_by": "Mother"})
    add(teacher, pupil, area, picture())
    with_photo = Achievement.objects.exclude(photo=None).get()
    photo = reverse("achievement_photo", args=[pupil.pk, with_photo.pk])
    assert teacher.get(photo).status_code == 200
    assert b"/Image" in pdf(teacher, "pupil_celebration", pupil.pk)
    head.post(address, {})
    assert teacher.get(photo).status_code == 404
    assert "Photo:" not in teacher.get(reverse("achievements", args=[pupil.pk])).content.decode()
    assert b"/Subtype /Image" not in pdf(teacher, "pupil_celebration", pupil.pk)
    for role in (Role.TEACHER, Role.ASSESSMENT_LEAD, Role.HOST_LINK):
        assert sign_in(role).get(address).status_code == 403
    removed = teacher.post(
        reverse("achievement_remove", args=[pupil.pk, with_photo.pk]), follow=True
    )
    assert "is removed" in words(removed)
    assert Achievement.objects.count() == 1


def test_nothing_that_leaves_names_or_shows_a_protected_pupil(world, teacher, sign_in, area):
    canary, friend, third = world.pupils
    Pupil.objects.filter(pk=canary.pk).update(first_name="Zaphira", last_name="Quillfeather")
    for pupil in (canary, friend):
        consent(pupil)
    add(teacher, canary, area, picture(), what="Sang a solo")
    add(teacher, friend, area, what="Built a den", voice="With zaphira's help")
    add(teacher, friend, area, what="Baked with Quillfeather")
    add(teacher, friend, area, what="Climbed the frame", achieved_on="2026-10-01")
    add(teacher, third, area, what="Danced with Zaphira")
    before = text(pdf(teacher, "class_celebration", world.class_group.pk))
    assert "Zaphira" in before
    consent(canary, protected=True)
    assert "Protected pupil" in words(teacher.get(reverse("achievements", args=[canary.pk])))
    head = sign_in(Role.HEAD)
    leaving = {"class": pdf(head, "class_celebration", world.class_group.pk)}
    for pupil in (friend, third):
        leaving[str(pupil)] = pdf(head, "pupil_celebration", pupil.pk)
    assert head.get(reverse("pupil_celebration", args=[canary.pk])).status_code == 404
    (photo,) = Achievement.objects.exclude(photo=None)
    address = reverse("achievement_photo", args=[canary.pk, photo.pk])
    assert head.get(address).status_code == 404
    report = ht_report(world.access(Role.HEAD), school=world.school, term=world.term)
    cover = {"version": "Version 1", "made": "published on 21 November 2026"}
    leaving["report"] = make_pdf(
        report, cover, charts=pictures(report), on_page=lambda _number: None
    )
    found = [text(each).casefold() for each in leaving.values()] + [str(report).casefold()]
    assert not [each for each in found if "zaphira" in each or "quillfeather" in each]
    assert "climbed the frame" in found[0]
    assert "left out" not in found[0]
    assert "protected" not in found[0]
    assert not Report.objects.filter(snapshot__icontains="Zaphira").exists()


@pytest.mark.parametrize(
    ("name", "as_written"),
    [
        ("O'Quillan", "O\N{RIGHT SINGLE QUOTATION MARK}Quillan"),
        ("O\N{RIGHT SINGLE QUOTATION MARK}Quillan", "O'Quillan"),
        ("O'Quillan", "O\N{MODIFIER LETTER APOSTROPHE}QUILLAN\N{RIGHT SINGLE QUOTATION MARK}s"),
        ("Zo\N{LATIN SMALL LETTER E WITH DIAERESIS}", "zoe\N{COMBINING DIAERESIS}"),
        ("Zo\N{LATIN SMALL LETTER E WITH DIAERESIS}", "Zoe\N{ACUTE ACCENT}s"),
    ],
)
def test_a_protected_pupil_is_not_named_in_another_spelling(world, teacher, area, name, as_written):
    canary, friend, _ = world.pupils
    Pupil.objects.filter(pk=canary.pk).update(last_name=name)
    consent(friend)
    add(teacher, friend, area, what=f"Baked with {as_written} today")
    add(teacher, friend, area, what="Built a den")
    assert "Baked" in text(pdf(teacher, "pupil_celebration", friend.pk))
    consent(canary, protected=True)
    sheet = text(pdf(teacher, "pupil_celebration", friend.pk))
    assert "Built a den" in sheet
    assert "Baked" not in sheet


def test_ten_pupils_cost_as_many_queries_as_two(world, teacher, area):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            pdf(teacher, "class_celebration", world.class_group.pk)
        return len(queries)

    for pupil in world.pupils[:2]:
        add(teacher, pupil, area)
    before = cost()
    for _ in range(8):
        pupil = PupilFactory()
        PlacementFactory(
            pupil=pupil,
            school=world.school,
            class_group=world.class_group,
            route=world.routes["formal"],
        )
        add(teacher, pupil, area)
    assert cost() == before
