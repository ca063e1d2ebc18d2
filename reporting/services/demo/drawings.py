"""Pictures of pupils' work for the demo, drawn here: no photo, and nobody to be seen."""

from collections.abc import Callable
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw

from assessment.services.evidence import CheckedFile, check_file

SIZE = (960, 720)
PAPER, TABLE = "#fbf7ee", "#c9b89a"
RED, YELLOW, BLUE, GREEN, INK = "#b8432f", "#e0a92e", "#3b6ea8", "#5d8a48", "#3c3a44"


def _beads(draw: ImageDraw.ImageDraw) -> None:
    draw.line((60, 360, 900, 340), fill=INK, width=6)
    for number in range(9):
        left = 90 + number * 88
        colour = YELLOW if number % 3 == 2 else RED
        draw.ellipse((left, 310, left + 80, 390), fill=colour, outline=INK, width=3)


def _tower(draw: ImageDraw.ImageDraw) -> None:
    for column in range(1, 7):
        for row in range(column):
            left, top = 60 + column * 120, 600 - row * 84
            colour = (RED, BLUE, YELLOW, GREEN)[row % 4]
            draw.rectangle((left, top, left + 90, top + 78), fill=colour, outline=INK, width=3)


def _letters(draw: ImageDraw.ImageDraw) -> None:
    for row in (240, 480):
        draw.line((80, row, 880, row), fill="#a8c3d8", width=4)
    strokes = ((120, 240, 220, 60), (220, 60, 320, 240), (165, 165, 275, 165))
    for down in (0, 240):
        for one in strokes:
            draw.line([at + (down if n % 2 else 0) for n, at in enumerate(one)], INK, 16)
        draw.line((430, 60 + down, 430, 240 + down), fill=INK, width=16)
        draw.arc((420, 60 + down, 560, 150 + down), -90, 90, fill=INK, width=16)
        draw.arc((660, 70 + down, 820, 236 + down), 20, 340, fill=INK, width=16)


def _rain(draw: ImageDraw.ImageDraw) -> None:
    draw.ellipse((180, 60, 520, 250), fill="#8fa3b5")
    draw.ellipse((380, 40, 780, 260), fill="#7d93a8")
    for number in range(14):
        left = 150 + number * 48
        top = 290 + number * 37 % 90
        draw.line((left, top, left - 18, top + 230), fill=BLUE, width=18)


def _sun(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((0, 520, 960, 720), fill=GREEN)
    draw.ellipse((330, 130, 630, 430), fill=YELLOW)
    for x, y in ((480, 30), (250, 90), (160, 280), (800, 280), (710, 90), (260, 480), (700, 480)):
        draw.line((480, 280, x, y), fill=YELLOW, width=22)
    draw.ellipse((420, 240, 445, 265), fill=INK)
    draw.ellipse((515, 240, 540, 265), fill=INK)
    draw.arc((410, 250, 550, 360), 20, 160, fill=INK, width=8)


def _beans(draw: ImageDraw.ImageDraw) -> None:
    draw.polygon(((340, 420), (620, 420), (580, 660), (380, 660)), fill="#a65f3a", outline=INK)
    draw.line((480, 420, 480, 140), fill=GREEN, width=16)
    for top, left in ((300, 330), (220, 490), (150, 350)):
        draw.ellipse((left, top, left + 140, top + 70), fill=GREEN)
    draw.rectangle((400, 490, 560, 570), fill=PAPER, outline=INK)
    draw.line((420, 530, 540, 530), fill=INK, width=8)


_DRAWINGS: dict[str, Callable[[ImageDraw.ImageDraw], None]] = {
    "beads": _beads,
    "tower": _tower,
    "letters": _letters,
    "rain": _rain,
    "sun": _sun,
    "beans": _beans,
}


@cache
def drawing(name: str) -> CheckedFile:
    """Return a picture as a tablet's camera would send it, checked like any other."""
    image = Image.new("RGB", SIZE, TABLE)
    sheet = Image.new("RGB", (900, 660), PAPER)
    image.paste(sheet, (30, 30))
    _DRAWINGS[name](ImageDraw.Draw(image))
    sent = BytesIO()
    image.save(sent, "JPEG", quality=80)
    return check_file(f"{name}.jpg", sent.getvalue())
