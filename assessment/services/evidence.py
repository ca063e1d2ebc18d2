"""Files as evidence: what may be kept of what was sent, found from the content alone.

A picture is decoded and written anew, so that nothing of what was sent is kept but what it
shows: no place where it was taken, no second file behind it. A PDF is kept as it is, and is
only ever handed out as a download.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from threading import Lock

from PIL import Image, ImageFile

from assessment.models import Evidence, Note

MOST_BYTES = 10 * 1024 * 1024
MOST_FILES = 5
MOST_SIDE = 2560
THUMBNAIL_SIDE = 320
LONGEST_NAME = 120

# Points of a picture. A JPEG is made smaller while it is decoded, the others are not.
_MOST_POINTS = {"JPEG": 52_000_000, "PNG": 24_000_000, "WEBP": 16_000_000}
# A JPEG may be written in passes, each of which goes over all points again.
_MOST_POINTS_IN_ALL_PASSES = 240_000_000
# One picture at a time in each process: a large one takes some 200 MB while it is decoded.
_ONE_AT_A_TIME = Lock()

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_ANOTHER_KIND = re.compile(rb"<script|<!doctype html|<\?php ", re.IGNORECASE)
_ENCRYPTED = re.compile(rb"/Encrypt[\s<\d]")
_PDF_HEADER = re.compile(rb"%PDF-[12]\.\d")

# How the camera was held, by the EXIF orientation.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION = 0x0112


class FileRefused(Exception):
    """A file that is not kept; says which and why, in words for whoever chose it."""


@dataclass(frozen=True)
class CheckedFile:
    """A file as it may be stored."""

    name: str
    kind: str
    content: bytes
    thumbnail: bytes | None = None


def check_file(name: str, content: bytes) -> CheckedFile:
    """Return what may be kept of a file. Raises `FileRefused`.

    `name` is only shown; what the browser says of the type is not asked for at all.
    """
    check_size(name, len(content))
    shown = _shown(name)
    kind = _kind(content)
    if kind == "HEIC":
        raise FileRefused(
            f"{shown} is a HEIC picture, which browsers cannot show. Save it as JPEG first; on an"
            " iPad or iPhone, Settings, Camera, Formats, “Most compatible” takes JPEG pictures."
        )
    if kind is None:
        raise FileRefused(
            f"{shown} is neither a picture (JPEG, PNG or WebP) nor a PDF, whatever its name says."
        )
    if _is_zip_too(content) or (kind != "PDF" and _is_page_or_pdf_too(content)):
        what = "PDF" if kind == "PDF" else "picture"
        raise FileRefused(
            f"{shown} is a {what} and another kind of file at once. Save it anew as a {what} alone."
        )
    if kind == "PDF":
        _check_pdf(shown, content)
        return CheckedFile(clean_name(name, "pdf"), "application/pdf", content)
    return _written_anew(name, shown, kind, content)


def check_size(name: str, size: int) -> None:
    """Ask that a file is neither empty nor too large, before it is read. Raises `FileRefused`."""
    if not size:
        raise FileRefused(f"{_shown(name)} is empty. Choose it again, or take the picture again.")
    if size > MOST_BYTES:
        raise FileRefused(
            f"{_shown(name)} has {size / 1024 / 1024:.1f} MB. A file may have up to 10 MB."
        )


def store(note: Note, files: Sequence[CheckedFile]) -> None:
    """Keep checked files with a note."""
    Evidence.objects.bulk_create(evidence_rows(note, files))


def evidence_rows(note: Note, files: Sequence[CheckedFile]) -> list[Evidence]:
    """Return the rows of checked files, not yet saved."""
    return [
        Evidence(
            note=note,
            name=each.name,
            kind=each.kind,
            size=len(each.content),
            sha256=hashlib.sha256(each.content).hexdigest(),
            content=each.content,
            thumbnail=each.thumbnail,
        )
        for each in files
    ]


def clean_name(name: str, ending: str) -> str:
    """Return a file's name without paths or signs that hide what it is, ending as its kind does.

    Without an ending given, the name keeps its own.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Control characters and those that turn the direction of writing are no part of a name.
    seen = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in last)
    plain = " ".join(re.sub(r'[<>:"|?*;]', " ", seen).split()).strip(". ")
    if ending:
        stem, dot, _ = plain.rpartition(".")
        plain = f"{(stem if dot and stem else plain)[: LONGEST_NAME - 6] or 'file'}.{ending}"
    return plain[:LONGEST_NAME] or "file"


def _shown(name: str) -> str:
    return f"“{clean_name(name, '')}”"


def _kind(content: bytes) -> str | None:
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WEBP"
    if _PDF_HEADER.match(content):
        return "PDF"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return "HEIC"
    return None


def _is_zip_too(content: bytes) -> bool:
    """Say whether a program that reads ZIP archives from their end would find one."""
    at = content.rfind(b"PK\x05\x06", max(0, len(content) - 65_557))
    if at < 0 or at + 22 > len(content):
        return False
    return at + 22 + int.from_bytes(content[at + 20 : at + 22], "little") == len(content)


def _is_page_or_pdf_too(content: bytes) -> bool:
    return b"%PDF-" in content[:1024] or _ANOTHER_KIND.search(content) is not None


def _check_pdf(shown: str, content: bytes) -> None:
    """Ask that a PDF is whole and opens without a password."""
    end = content[-2048:].rstrip(b"\0 \t\r\n")
    if not end.endswith(b"%%EOF") or b"startxref" not in end:
        raise FileRefused(f"{shown} is a PDF without its end. Choose it or save it again.")
    if _ENCRYPTED.search(content):
        raise FileRefused(f"{shown} is a PDF with a password. Save it without one first.")


def _written_anew(name: str, shown: str, kind: str, content: bytes) -> CheckedFile:
    """Decode a picture, turn it upright, make it no larger than is of use, and write it anew."""
    damaged = f"{shown} is damaged or was not sent to its end. Choose it again."
    try:
        with _ONE_AT_A_TIME:
            # WeasyPrint lets the whole process take half a picture for one that is grey below.
            ImageFile.LOAD_TRUNCATED_IMAGES = False
            with Image.open(BytesIO(content), formats=(kind,)) as picture:
                _check_points(shown, kind, picture.size, content)
                return _made(name, kind, picture)
    except FileRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise FileRefused(_too_large(shown, kind)) from error
    except Exception as error:  # what no camera made fails decoders in many ways
        raise FileRefused(damaged) from error


def _check_points(shown: str, kind: str, size: tuple[int, int], content: bytes) -> None:
    width, height = size
    points = width * height
    passes = content.count(b"\xff\xda") if kind == "JPEG" else 1
    if points > _MOST_POINTS[kind] or points * passes > _MOST_POINTS_IN_ALL_PASSES:
        raise FileRefused(_too_large(shown, kind, f" ({width:,} by {height:,} points)"))


def _too_large(shown: str, kind: str, size: str = "") -> str:
    most = _MOST_POINTS[kind] // 1_000_000
    return (
        f"{shown} is far too large a picture{size}. Up to {most} million points can be kept."
        " Make it smaller, or take it again."
    )


def _made(name: str, kind: str, picture: Image.Image) -> CheckedFile:
    turn = _TURNS.get(_orientation(picture))
    plain = _small(picture, MOST_SIDE)
    if turn is not None:
        plain = plain.transpose(turn)
    small = plain.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    thumbnail = _bytes(small, "WEBP", quality=75)
    if kind == "JPEG":
        content = _bytes(plain, "JPEG", quality=85)
        return CheckedFile(clean_name(name, "jpg"), "image/jpeg", content, thumbnail)
    content = _bytes(plain, "WEBP", quality=85, method=2)
    return CheckedFile(clean_name(name, "webp"), "image/webp", content, thumbnail)


def _orientation(picture: Image.Image) -> int:
    """Return how the camera was held; a picture whose own words on that are damaged stays as is."""
    try:
        return int(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001  # the same: metadata may hold anything
        return 1


def _small(picture: Image.Image, side: int) -> Image.Image:
    """Return the points of a picture alone, as red, green, blue and perhaps transparency.

    Made smaller before anything else, as each further copy takes as much memory again.
    """
    picture.draft(None, (side, side))
    picture.load()
    if picture.mode.startswith("I"):
        # 16 bits of grey; Pillow would cut off what is above 255, not scale it.
        picture = picture.point(lambda value: value / 256).convert("L")
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    if picture.mode not in {"RGB", "RGBA", "L"} or (picture.mode != mode and mode == "RGBA"):
        picture = picture.convert(mode)
    picture.thumbnail((side, side), reducing_gap=2.0)
    # A new picture: what was said beside the points stays behind.
    plain = Image.new(mode, picture.size)
    plain.paste(picture.convert(mode))
    return plain


def _bytes(picture: Image.Image, kind: str, **options: int) -> bytes:
    written = BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()
