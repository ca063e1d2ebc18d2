"""Files as evidence: what is kept of them, what is refused, and how they are handed out."""

import datetime as dt
import struct
import zlib
from html import unescape
from io import BytesIO
from time import monotonic
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageDraw

from assessment.models import Evidence, Note, Strand
from assessment.services.evidence import MOST_BYTES, clean_name
from parrcs.core.access import Role
from pupils.models import Placement
from tests.factories.schools import UserFactory
from tests.pupils.conftest import seen

DAY = dt.date(2025, 11, 3)
GPS, MAKE, ORIENTATION = 0x8825, 0x010F, 0x0112
PDF = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\nxref\n0 1\n0000000000 65535 f \n"
    b"trailer<</Root 1 0 R/Size 2>>\nstartxref\n42\n%%EOF\n"
)


def picture(kind="JPEG", size=(640, 480), mode="RGB", **options):
    """Return a picture whose upper left quarter is red."""
    image = Image.new(mode, size, "white")
    quarter = (0, 0, size[0] // 2 - 1, size[1] // 2 - 1)
    ImageDraw.Draw(image).rectangle(quarter, fill="red" if mode in {"RGB", "RGBA"} else 0)
    written = BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def photo(orientation):
    """Return a JPEG as a tablet makes one: turned by a word only, and saying where it was."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = orientation, "Tablet of Ada"
    exif.get_ifd(GPS)[1] = "N"
    return picture(exif=exif, comment=b"secret place", size=(640, 320))


def png_of(width, height):
    """Return a small PNG that claims a size."""

    def chunk(name, data):
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.fixture
def pupil(world):
    return world.pupils[1]


@pytest.fixture
def teacher(sign_in):
    return sign_in(Role.TEACHER)


@pytest.fixture
def cell(pupil):
    reading = Strand.objects.get(stream__code="developmental", code="reading")
    return f"{reverse('cell_record', args=[pupil.pk])}?strand={reading.pk}"


def send(client, address, *files, text="Look."):
    """Save a note with files, each a name, its content and the type that the browser claims."""
    sent = [SimpleUploadedFile(name, content, kind) for name, content, kind in files]
    form = {"text": text, "seen_on": DAY.isoformat(), "operation_id": str(uuid4())}
    return client.post(address, form | {"attached": sent})


def words(response):
    return unescape(response.content.decode())


def kept(client, cell, *files):
    assert send(client, cell, *files).status_code == 302
    return list(Evidence.objects.order_by("id"))


def opened(content):
    return Image.open(BytesIO(bytes(content)))


def test_a_photo_is_turned_upright_and_says_no_more_where_it_was(teacher, cell):
    for orientation in range(1, 9):
        Evidence.objects.all().delete()
        (one,) = kept(teacher, cell, ("IMG_1.JPG", photo(orientation), "image/jpeg"))
        upright = opened(one.content)
        # Told by hand: where the camera's upper left quarter is to be seen.
        right, low = {
            1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1),
        }[orientation]  # fmt: skip
        assert upright.size == ((640, 320) if orientation < 5 else (320, 640))
        at = [
            int(side * (0.75 if far else 0.25))
            for side, far in zip(upright.size, (right, low), strict=True)
        ]
        red, green, _ = upright.getpixel(at)
        assert red > 200, orientation
        assert green < 60, orientation
        assert not upright.getexif()
        for secret in (b"secret place", b"Tablet of Ada", b"Exif"):
            assert secret not in bytes(one.content)
            assert secret not in bytes(one.thumbnail)
        assert (one.name, one.kind, one.size) == ("IMG_1.jpg", "image/jpeg", len(one.content))
        assert max(opened(one.thumbnail).size) == 320


def test_pictures_of_every_make(teacher, cell):
    for kind, mode in (
        ("PNG", "RGB"),
        ("PNG", "RGBA"),
        ("PNG", "L"),
        ("PNG", "P"),
        ("PNG", "I;16"),
        ("WEBP", "RGB"),
        ("JPEG", "CMYK"),
        ("JPEG", "L"),
    ):
        Evidence.objects.all().delete()
        (one,) = kept(teacher, cell, ("x.html", picture(kind, mode=mode), "text/html"))
        assert one.kind == ("image/jpeg" if kind == "JPEG" else "image/webp"), (kind, mode)
        assert opened(one.content).size == (640, 480), (kind, mode)


def test_a_large_picture_is_made_smaller(teacher, cell):
    (one,) = kept(teacher, cell, ("big.jpg", picture(size=(8000, 2000)), "image/jpeg"))
    assert opened(one.content).size == (2560, 640)


def test_a_pdf_stays_as_it_is(teacher, cell, pupil):
    (one,) = kept(teacher, cell, ("Plan.PDF", PDF, "image/png"))
    assert (one.kind, one.name, bytes(one.content), one.thumbnail) == (
        "application/pdf",
        "Plan.pdf",
        PDF,
        None,
    )
    assert "Plan.pdf" in words(teacher.get(cell))


def test_several_at_once_and_not_too_many(teacher, cell):
    files = [(f"{n}.png", picture("PNG"), "image/png") for n in range(6)]
    assert "These are 6 files. A note holds up to 5" in words(send(teacher, cell, *files))
    assert not Note.objects.exists()
    assert len(kept(teacher, cell, *files[:5])) == 5


JPEG = picture()
HOSTILE = {
    "0 bytes": (b"", "is empty"),
    "11 MB": (b"\xff\xd8\xff" + bytes(11 * 1024 * 1024), "has 11.0 MB. A file may have up to 10"),
    "10 MB and a byte": (JPEG + bytes(MOST_BYTES + 1 - len(JPEG)), "has 10.0 MB"),
    "50,000 x 50,000": (png_of(50_000, 50_000), "is far too large a picture"),
    "11,000 x 11,000": (png_of(11_000, 11_000), "is far too large a picture"),
    "6,000 x 6,000": (png_of(6_000, 6_000), "is far too large a picture (6,000 by 6,000"),
    "many passes": (JPEG + b"\xff\xda" * 900, "is far too large a picture"),
    "too few points": (png_of(4_000, 4_000), "is damaged or was not sent to its end"),
    "half a JPEG": (JPEG[: len(JPEG) // 2], "is damaged or was not sent to its end"),
    "a JPEG's first bytes": (b"\xff\xd8\xff\xe0" + bytes(100), "is damaged"),
    "half a PDF": (PDF[:-20], "is a PDF without its end"),
    "a PDF and more": (PDF + b"<script>alert(1)</script>", "is a PDF without its end"),
    "locked PDF": (PDF.replace(b"/Size", b"/Encrypt 9 0 R/Size"), "is a PDF with a password"),
    "PDF and ZIP": (
        PDF + b"PK\x05\x06" + bytes(16) + b"\x05\0%%EOF",
        "is a PDF and another kind of file at once",
    ),
    "JPEG and page": (JPEG + b"<SCRIPT>alert(1)</script>", "is a picture and another kind of file"),
    "JPEG and ZIP": (JPEG + b"PK\x05\x06" + bytes(18), "is a picture and another kind of file"),
    "JPEG and PDF": (JPEG[:20] + PDF + JPEG[20:], "is a picture and another kind of file at once"),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "is neither a picture"),
    "HTML": (b"<!doctype html><script>alert(1)</script>", "is neither a picture"),
    "program": (b"MZ" + bytes(1000), "is neither a picture"),
    "GIF": (picture("GIF"), "is neither a picture"),
    "TIFF": (picture("TIFF"), "is neither a picture"),
    "HEIC": (b"\0\0\0\x18ftypheic" + bytes(100), "is a HEIC picture"),
}


def test_what_is_hostile_or_broken_is_told_in_words_and_nothing_is_kept(teacher, cell):
    good = ("good.png", picture("PNG"), "image/png")
    for name, (content, said) in HOSTILE.items():
        began = monotonic()
        hostile = ("p.jpg", content, "image/jpeg")
        answer = send(teacher, cell, good, hostile, text="My long words.")
        assert monotonic() - began < 2, name
        page = words(answer)
        assert answer.status_code == 200, name
        assert f"“p.jpg” {said}" in page, name
        assert "No file was kept." in page
        assert "My long words." in page
        assert not Note.objects.exists(), name
        assert not Evidence.objects.exists(), name


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_body_beyond_every_limit_is_not_read(world, cell, signed_in):
    client = Client(enforce_csrf_checks=True)
    if signed_in:
        client.force_login(world.people[Role.TEACHER])
    address = cell if signed_in else reverse("account_login")
    client.get(address)  # its CSRF cookie, or the form would not be read at all
    # Who is not signed in has nothing to upload; the length that is announced is enough.
    size = 53 * 1024 * 1024 if signed_in else 2 * 1024 * 1024
    body = b'--b\r\nContent-Disposition: form-data; name="attached"; filename="a"\r\n\r\n'
    answer = client.generic(
        "POST", address, body + bytes(size), content_type="multipart/form-data; boundary=b"
    )
    assert answer.status_code == 400
    assert "nothing was stored" in answer.content.decode()
    assert not Note.objects.exists()


def test_files_are_handed_out_to_who_sees_the_pupil_and_as_nothing_else(
    world, sign_in, teacher, cell, pupil
):
    files = (("a.png", picture("PNG"), "image/png"), ("b.pdf", PDF, "application/pdf"))
    image, pdf = kept(teacher, cell, *files)
    address = {each: reverse("evidence", args=[pupil.pk, each.pk]) for each in (image, pdf)}
    for each, disposition in ((image, 'inline; filename="a.webp"'), (pdf, "attachment; filena")):
        answer = teacher.get(address[each])
        assert answer.content == bytes(each.content)
        assert answer["Content-Type"] == each.kind
        assert answer["Content-Disposition"].startswith(disposition)
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert "no-store" in answer["Cache-Control"]
    small = teacher.get(f"{address[image]}?small")
    assert small.content == bytes(image.thumbnail)
    assert small["Content-Type"] == "image/webp"
    assert teacher.get(f"{address[pdf]}?small").status_code == 404
    assert sign_in(Role.HEAD).get(address[image]).status_code == 200
    assert sign_in(Role.GOVERNOR).get(address[image]).status_code == 403
    assert Client().get(address[image]).status_code == 302
    # Not by another pupil's address, nor once the note is removed, nor of a later day.
    assert teacher.get(reverse("evidence", args=[world.pupils[0].pk, image.pk])).status_code == 404
    Placement.objects.filter(pupil=pupil).update(ends_on=DAY - dt.timedelta(days=1))
    assert sign_in(Role.HEAD).get(address[image]).status_code == 404
    assert sign_in(Role.TRUST_LEAD).get(address[image]).status_code == 200
    Placement.objects.filter(pupil=pupil).update(ends_on=None)
    note = Note.objects.get()
    assert teacher.post(reverse("note_remove", args=[pupil.pk, note.pk])).status_code == 302
    assert teacher.get(address[image]).status_code == 404


def test_files_are_added_to_a_note_and_taken_away(world, teacher, cell, pupil):
    first, second = kept(teacher, cell, *(("a.png", picture("PNG"), "") for _ in range(2)))
    note = Note.objects.get()
    change = reverse("note_change", args=[pupil.pk, note.pk])
    form = {"text": "", "seen_on": DAY.isoformat(), "about": f"strand-{note.strand_id}"}
    form |= seen(teacher.get(change))
    added = SimpleUploadedFile("c.pdf", PDF)
    assert (
        teacher.post(change, form | {"without": [first.pk], "attached": added}).status_code == 302
    )
    assert [each.name for each in note.evidence.all()] == ["a.webp", "c.pdf"]
    assert not Evidence.objects.filter(pk=first.pk).exists()
    assert second.pk in note.evidence.values_list("pk", flat=True)
    # The history says that a file was there, not what was in it, nor its name: a child's may be.
    (event,) = first.events.all()
    assert event.sha256 == first.sha256
    assert not hasattr(event, "content")
    assert not hasattr(event, "name")
    more = [SimpleUploadedFile(f"{n}.pdf", PDF) for n in range(4)]
    assert "These are 6 files" in words(teacher.post(change, form | {"attached": more}))
    empty = form | {"without": [each.pk for each in note.evidence.all()]}
    assert "Write what you saw" in words(teacher.post(change, empty))
    other = UserFactory()
    foreign = Note.objects.create(pupil=pupil, seen_on=DAY, text="x", written_by=other)
    assert "Select a valid choice" in words(teacher.post(change, form | {"without": [foreign.pk]}))
    assert note.evidence.count() == 2


@pytest.mark.parametrize(
    ("sent", "ending", "clean"),
    [
        ("Zoë at home.JPG", "jpg", "Zoë at home.jpg"),
        ("../../etc/passwd", "pdf", "passwd.pdf"),
        ("C:\\fakepath\\a.png", "webp", "a.webp"),
        ("gnp.\u202etxt.exe", "webp", "gnp. txt.webp"),
        ('a"; filename="b.html', "jpg", "a filename= b.jpg"),
        ("a\r\nSet-Cookie: b.png", "webp", "a Set-Cookie b.webp"),
        (".png", "webp", "png.webp"),
        ("", "pdf", "file.pdf"),
        ("x" * 300 + ".pdf", "pdf", "x" * 114 + ".pdf"),
        ("a.tar.gz", "", "a.tar.gz"),
    ],
)
def test_names_are_cleaned(sent, ending, clean):
    assert clean_name(sent, ending) == clean
