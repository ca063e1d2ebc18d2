"""What is wrong in a stream file is said with its line, in words that need no programmer."""

from pathlib import Path

import pytest

from assessment.models import Stream
from assessment.services.streams.files import StreamFileError, read_stream
from assessment.services.streams.uploads import upload_stream
from assessment.services.streams.versions import load_stream
from tests.assessment.streams.conftest import SEPTEMBER


def refusal(file: Path) -> str:
    with pytest.raises(StreamFileError) as caught:
        load_stream(file=file, approved_from=SEPTEMBER)
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"strands": [{"code": "w", "name": "W", "core_area": "swimming"}]},
            "strands.1.core_area: the trust has no core area 'swimming', only communication",
        ),
        (
            {"expected": {"forest": 1}},
            "expected.forest: the trust has no route 'forest', only pre-formal, semi-formal,",
        ),
        ({"colour": "blue"}, "colour: a stream file has no such part"),
        ({"version": 1.0}, "version: this has to be text. Put it in quotes"),
        ({"better": 0.9}, "better: this has to be 1 or more"),
        ({"better": "a lot"}, "better: this has to be a number"),
        ({"code": "My stream"}, "code: use lower-case letters, digits and single hyphens"),
        ({"expected": {"formal": -1}}, "expected.formal: this has to be 0 or more"),
        ({"expected": {"formal": 0.125}}, "expected.formal: at most 2 digits may follow"),
        ({"strands": []}, "strands: there are fewer than 1"),
        ({"name": "a\0b"}, "name: this holds characters that cannot be seen"),
        (
            {
                "scale": [
                    {"code": "a", "label": "A", "value": 2},
                    {"code": "b", "label": "B", "value": 2},
                ]
            },
            "scale.2.value: 2 is not more than the 2 before it",
        ),
        (
            {
                "scale": [
                    {"code": "a", "label": "A", "value": 1},
                    {"code": "A", "label": "B", "value": 2},
                ]
            },
            "scale.2.code: A is there twice",
        ),
        (
            {
                "scale": [
                    {"code": "a", "label": "A", "value": 1},
                    {"code": "b", "label": "B" * 121, "value": 2},
                ]
            },
            "scale.2.label: this has more than 120 characters",
        ),
        (
            {"strands": [{"code": "w", "name": "W", "core": "reading"}]},
            "strands.1.core: a stream file has no such part",
        ),
        (
            {"replaces": {"version": "0.9"}},
            "replaces.version: the trust has no swimming 0.9, only none",
        ),
        ({"replaces": {"version": "1.0"}}, "replaces.version: a version cannot replace itself"),
        (
            {"replaces": {"version": "0.9", "points": {1: "a"}}},
            "replaces.points.1: this has to be text. Put it in quotes",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_place(trust, written, change, said):
    file = written(**change)
    (told,) = refusal(file).splitlines()
    number, words = told.removeprefix("swimming.yaml: line ").split(": ", 1)
    assert words.startswith(said)
    # What stands in that line is the part named, or the one that it lies in.
    key = said.split(":")[0].split(".")[-1]
    assert key in file.read_text().splitlines()[int(number) - 1]
    assert not Stream.objects.exists()


def test_everything_that_is_wrong_is_said_at_once(trust, written):
    told = refusal(written(better=0.5, colour="blue", version=2, for_whom=""))
    assert [line.rsplit(": ", 2)[1] for line in told.splitlines()] == [
        "version",
        "for_whom",
        "better",
        "colour",
    ]


def test_of_very_much_that_is_wrong_the_first_is_said(trust, written):
    scale = [{"code": f"S{n}", "label": "", "value": n} for n in range(120)]
    *told, last = refusal(written(scale=scale)).splitlines()
    assert len(told) == 100
    assert last == "swimming.yaml: further on: 20 more problems"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"code: a\ncode: b\n", "x.yaml: line 2: 'code' is there twice"),
        (b"code: [a\nname: b\n", "x.yaml: line 2: this cannot be read as YAML. Look for"),
        (b"? [a]\n: b\n", "x.yaml: line 1: a key must be plain text"),
        (b"- a\n", "x.yaml: this has to be a group of lines"),
        (b"", "x.yaml: this has to be a group of lines"),
        (b"name: caf\xe9", "x.yaml: is not text in UTF-8"),
        (b"name: \x00", "x.yaml: is not YAML"),
        (b"a: 2026-13-45\n", "x.yaml: is not YAML: it holds"),
        (b"a: !!python/object:os.system b\n", "x.yaml: line 1: words that begin with '!'"),
    ],
)
def test_a_file_that_is_no_stream(tmp_path, content, said):
    file = tmp_path / "x.yaml"
    file.write_bytes(content)
    with pytest.raises(StreamFileError) as caught:
        read_stream(file)
    assert said in str(caught.value)


def test_a_file_of_the_wrong_shape_is_answered_whatever_stands_where(lead):
    """What only the trust knows is looked for in files with faults too: nothing in them harms."""
    shapes = ("[]", "{}", "[[a], {b: c}]", "5", '"a\\0b"', "null", "{1: [2], a: [b]}")
    parts = ("code", "version", "scale", "strands", "expected", "replaces", "better")
    for shape in shapes:
        for part in parts:
            content = f"name: A\n{part}: {shape}\n"
            content += f"extra: 1\nreplaces: {{version: {shape}, points: {shape}}}\n" * (
                part != "replaces"
            )
            with pytest.raises(StreamFileError):
                upload_stream(by=lead, name="a.yaml", content=content.encode())
    strand = '[{code: a, core_area: [b]}, {code: [a], core_area: "x\\0"}, a]'
    content = f"code: a\nscale: [{{code: [], value: []}}]\nstrands: {strand}\n"
    with pytest.raises(StreamFileError, match="core_area"):
        upload_stream(by=lead, name="a.yaml", content=content.encode())
