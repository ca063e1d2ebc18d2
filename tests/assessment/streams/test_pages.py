"""The trust lead adds, approves, changes and ends streams; teachers read what they judge by."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from assessment.models import Expectation, Stream
from assessment.services.streams.files import FIXTURES, read_yaml
from assessment.services.streams.sheets import read_xlsx
from assessment.services.streams.versions import (
    load_core_areas,
    load_routes,
)
from parrcs.core.access import Role
from schools.choices import Season
from tests.assessment.streams.conftest import SEPTEMBER
from tests.assessment.streams.hostile import FILES
from tests.factories.assessment import JudgementFactory, stream_with
from tests.factories.schools import TermFactory, WindowFactory

READERS = {Role.TEACHER, Role.ASSESSMENT_LEAD, Role.HEAD, Role.TRUST_LEAD}


@pytest.fixture
def lead(world, sign_in) -> Client:
    load_routes(file=FIXTURES / "routes.yaml")
    load_core_areas(file=FIXTURES / "core_areas.yaml")
    return sign_in(Role.TRUST_LEAD)


@pytest.fixture
def spring(world):
    spring = TermFactory(year=world.term.year, season=Season.SPRING)
    WindowFactory(term=spring)
    return spring


def upload(client, content, name="swimming.yaml"):
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("stream_add"), {"file": file})


def text(response) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def figures_of(world, term, **by_route):
    """What a form sends: the term, and for each route named its points and `better`."""
    sent = {"term": term.pk}
    for code, (points, better) in by_route.items():
        route = world.routes[code.replace("_", "-")].pk
        sent |= {f"judged_{route}": "on", f"points_{route}": points, f"better_{route}": better}
    return sent


def test_from_the_template_to_the_grid(world, lead, spring):
    """Downloads the template, fills it in, uploads it, approves it; the class is judged in it."""
    template = lead.get(reverse("stream_template"))
    assert template["Content-Disposition"] == 'attachment; filename="stream-template.xlsx"'
    book = load_workbook(BytesIO(template.content))
    cells = {
        "Stream": {
            "B2": "riding",
            "B3": "1.0",
            "B4": "Riding",
            "B5": "From the ground to the saddle.",
            "B6": "All who ride.",
            "B7": 1.5,
        },
        "Scale": {
            "A2": "1",
            "B2": "Beside the horse",
            "C2": 1,
            "A3": "2",
            "B3": "On the horse",
            "C3": 2,
        },
        "Strands": {"A2": "balance", "B2": "Balance"},
        "Expected": {"B3": 0.5},  # semi-formal
    }
    for sheet, values in cells.items():
        for cell, value in values.items():
            book[sheet][cell] = value
    file = BytesIO()
    book.save(file)

    added = upload(lead, file.getvalue(), "riding.xlsx")
    stream = Stream.objects.get(code="riding")
    assert added.url == reverse("stream", args=[stream.pk])
    assert stream.loaded_by == world.people[Role.TRUST_LEAD]
    page = text(lead.get(added.url))
    assert "Riding 1.0 waits for approval." in page
    assert "Nobody is judged in this version yet." in page
    assert f"by {world.people[Role.TRUST_LEAD].name}" in page
    listed = text(lead.get(reverse("streams")))
    assert "<b>2 in use</b> · 1 waits for your approval" in listed

    proposed = text(lead.get(reverse("stream_approve", args=[stream.pk])))
    semi = world.routes["semi-formal"].pk
    assert f'name="points_{semi}" value="0.5"' in proposed
    approved = lead.post(
        reverse("stream_approve", args=[stream.pk]),
        figures_of(world, spring, semi_formal=("0.25", "2")) | {"confirmed": "1"},
    )
    assert approved.url == reverse("stream", args=[stream.pk])
    page = text(lead.get(approved.url))
    assert "Riding 1.0 is approved from Spring 2027 on." in page
    assert "Approved on" in page
    assert page.count(f"by {world.people[Role.TRUST_LEAD].name}") == 2
    set_figures = Expectation.objects.get(stream=stream)
    assert (float(set_figures.points_a_term), float(set_figures.better)) == (0.25, 2)
    grid = lead.get(reverse("grid", args=[world.class_group.pk, spring.pk]))
    assert "Balance" in text(grid)
    assert "Balance" not in text(
        lead.get(reverse("grid", args=[world.class_group.pk, world.term.pk]))
    )


def test_the_same_file_again_leads_to_the_version_there_is(lead, written):
    content = written().read_bytes()
    first = upload(lead, content)
    second = upload(lead, content)
    assert first.url == second.url
    assert "Swimming 1.0 was there already, with this content." in text(lead.get(second.url))
    assert Stream.objects.filter(code="swimming").count() == 1


@pytest.mark.parametrize(
    "name", ["inflates-to-300-mb.xlsx", "a-picture.xlsx", "holds-itself.yaml", "a-point-twice.yaml"]
)
def test_a_file_that_is_refused_is_answered_in_words_and_nothing_is_stored(lead, name):
    before = Stream.objects.count()
    page = text(upload(lead, FILES[name][0](), name))
    assert "Nothing was stored. Mend what is listed below, then choose the file again." in page
    assert "What to mend in the file" in page
    assert Stream.objects.count() == before


def test_each_problem_stands_with_its_place(lead, written):
    page = text(upload(lead, written(better=0, expected={"forest": 1}).read_bytes()))
    assert "<dt>Line 1: better</dt><dd>This has to be 1 or more</dd>" in page
    page = text(upload(lead, written(name="<b>x", expected={"forest": 1}).read_bytes()))
    assert "expected.forest</dt><dd>The trust has no route &#x27;forest&#x27;, only" in page


def test_without_a_file_or_with_one_too_large_it_says_so(lead):
    assert "Choose a file." in text(lead.post(reverse("stream_add")))
    assert "This file is empty." in text(upload(lead, b""))
    assert "This file is larger than 1 MB." in text(upload(lead, b"x" * (1024 * 1024 + 1)))
    assert "The name of this file is too long." in text(upload(lead, b"x", "x" * 220 + ".yaml"))


def test_a_version_leaves_as_yaml_and_as_a_workbook(lead, written):
    stream = Stream.objects.get(pk=upload(lead, written().read_bytes()).url.split("/")[-2])
    plain = lead.get(reverse("stream_yaml", args=[stream.pk]))
    assert plain["Content-Disposition"] == 'attachment; filename="swimming-1.0.yaml"'
    sheet = lead.get(reverse("stream_xlsx", args=[stream.pk]))
    assert sheet["Content-Disposition"] == 'attachment; filename="swimming-1.0.xlsx"'
    assert (
        read_yaml(source="x", content=plain.content)[0]
        == read_xlsx(source="x", content=sheet.content)[0]
    )


def test_the_page_tells_how_a_version_goes_on(world, lead, spring, written):
    first = Stream.objects.get(pk=upload(lead, written().read_bytes()).url.split("/")[-2])
    lead.post(
        reverse("stream_approve", args=[first.pk]),
        figures_of(world, world.term, formal=("1", "1.5")) | {"confirmed": "1"},
    )
    changed = written(
        version="2.0",
        scale=[
            {"code": "x", "label": "X", "value": 1},
            {"code": "c", "label": "A width", "value": 4},
        ],
        strands=[{"code": "pool", "name": "Pool"}, {"code": "diving", "name": "Diving"}],
        replaces={"version": "1.0", "strands": {"pool": "water"}, "points": {"a": "x", "b": "x"}},
    )
    second = Stream.objects.get(pk=upload(lead, changed.read_bytes()).url.split("/")[-2])
    page = text(lead.get(reverse("stream", args=[second.pk])))
    assert "How it goes on from 1.0" in page
    for strand, now, word in (
        ("Water", "Pool", "goes on, renamed"),
        ("not there", "Diving", "begins"),
        ("Talk", "not there", "ends"),
    ):
        assert f'<th scope="row">{strand}</th><td>{now}</td><td>{word}</td>' in page
    assert "Which point becomes which: 2 of 3 change" in page
    assert "How it goes on as" not in text(lead.get(reverse("stream", args=[first.pk])))
    lead.post(
        reverse("stream_approve", args=[second.pk]),
        figures_of(world, spring, formal=("1", "1.5")) | {"confirmed": "1"},
    )
    assert "How it goes on as 2.0" in text(lead.get(reverse("stream", args=[first.pk])))


def test_figures_are_changed_from_a_term_on(world, lead, spring):
    stream = world.engagement
    address = reverse("stream_expected", args=[stream.pk])
    form = text(lead.get(address))
    assert f'name="points_{world.routes["pre-formal"].pk}" value="0.25"' in form
    done = lead.post(address, figures_of(world, spring, pre_formal=("0.5", "3")))
    assert done.url == reverse("stream", args=[stream.pk])
    page = text(lead.get(done.url))
    assert "The figures hold from Spring 2027 on." in page
    assert "from 1 September 2020 to 4 January 2027" in page
    assert "from 5 January 2027" in page


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Choose one route at least"),
        ({"points": "", "better": "2"}, "Enter the points that a term should bring"),
        ({"points": "1", "better": ""}, "Enter from how many times that it is better"),
        ({"points": "a", "better": "2"}, "This is not a number. Write it like 1.5."),
        ({"points": "-1", "better": "2"}, "This has to be 0 or more."),
        ({"points": "1", "better": "0.5"}, "This has to be 1 or more."),
        ({"points": "1e9", "better": "2"}, "This has to be 100 or less."),
        ({"points": "0.123", "better": "2"}, "At most two digits may follow the point."),
        ({"points": "NaN", "better": "2"}, "This is not a number."),
        ({"points": "1", "better": "2", "term": "1000000"}, "this one is closed by now"),
        ({"points": "1", "better": "2", "term": ""}, "Choose a term."),
    ],
)
def test_what_was_typed_is_kept_with_what_is_wrong(world, lead, sent, said):
    stream = stream_with(code="new", strands=["a"], points=2, routes={}, core=False)
    Stream.objects.filter(pk=stream.pk).update(approved_from=None)
    route = world.routes["formal"].pk
    form = {"term": sent.get("term", world.term.pk)}
    if "points" in sent:
        form |= {
            f"judged_{route}": "on",
            f"points_{route}": sent["points"],
            f"better_{route}": sent["better"],
        }
    page = text(lead.post(reverse("stream_approve", args=[stream.pk]), form))
    assert said in page
    if sent.get("points"):
        assert f'name="points_{route}" value="{sent["points"]}"' in page
    stream.refresh_from_db()
    assert stream.approved_from is None


def test_without_terms_it_says_who_sets_them(world, lead, written):
    stream = upload(lead, written().read_bytes()).url.split("/")[-2]
    world.term.windows.update(closes_on=SEPTEMBER)
    world.term.windows.update(opens_on=SEPTEMBER)
    world.term.ends_on = world.term.starts_on.replace(year=2026, month=10, day=2)
    world.term.save()
    for name in ("stream_approve", "stream_expected", "stream_withdraw"):
        pk = stream if name == "stream_approve" else world.engagement.pk
        assert "The trust administrator sets the" in text(lead.get(reverse(name, args=[pk])))


def test_out_of_use_kept_taken_back_and_removed(world, lead, spring, written):
    engagement = world.engagement
    address = reverse("stream_withdraw", args=[engagement.pk])
    assert "Last term of use" in text(lead.get(address))
    lead.post(address, {"term": spring.pk})
    engagement.refresh_from_db()
    assert engagement.approved_until == spring.ends_on
    lead.post(reverse("stream_keep", args=[engagement.pk]))
    # Whether that day is past depends on today, and either is answered in words.
    assert "Engagement 1.0" in text(lead.get(reverse("stream", args=[engagement.pk])))

    JudgementFactory(
        pupil=world.pupils[0],
        strand=world.developmental.strands.first(),
        term=spring,
        point=world.developmental.points.first(),
    )
    page = text(
        lead.post(
            reverse("stream_withdraw", args=[world.developmental.pk]), {"term": world.term.pk}
        )
    )
    assert "Spring 2027 has been judged in Developmental 1.0 already" in page
    lead.post(reverse("stream_take_back", args=[world.developmental.pk]))
    page = text(lead.get(reverse("stream", args=[world.developmental.pk])))
    assert "Judgements or baselines have been made in Developmental 1.0 already." in page

    stream = upload(lead, written().read_bytes()).url.split("/")[-2]
    address = reverse("stream_remove", args=[stream])
    assert "It was never in use" in text(lead.get(address))
    assert lead.post(address).url == reverse("streams")
    assert "Swimming 1.0 was removed." in text(lead.get(reverse("streams")))
    assert not Stream.objects.filter(pk=stream).exists()
    used = reverse("stream_remove", args=[world.developmental.pk])
    assert lead.get(used).url == lead.post(used).url
    assert Stream.objects.filter(pk=world.developmental.pk).exists()


@pytest.mark.parametrize("role", Role)
def test_who_records_reads_and_only_the_trust_lead_decides(world, sign_in, role):
    client, stream = sign_in(role), world.developmental.pk
    reads = role in READERS
    for name in ("stream", "stream_yaml", "stream_xlsx"):
        answer = client.get(reverse(name, args=[stream]))
        assert answer.status_code == (200 if reads else 403)
    assert client.get(reverse("streams")).status_code == (200 if reads else 403)
    decides = role is Role.TRUST_LEAD
    if reads:
        page = text(client.get(reverse("stream", args=[stream])))
        assert ("Take out of use" in page) == decides
        assert ("Add a stream" in text(client.get(reverse("streams")))) == decides
    for name in ("stream_add", "stream_template"):
        assert (client.get(reverse(name)).status_code == 200) == decides
    for name in ("expected", "withdraw", "approve", "remove", "keep", "take_back"):
        answer = client.post(reverse(f"stream_{name}", args=[stream]))
        assert (answer.status_code == 403) != decides
    home = client.get(reverse("streams"))
    if decides:
        assert f'<a href="{reverse("streams")}" aria-current="page">Streams</a>' in text(home)


def test_of_another_trust_nothing_is_there(lead, foreign):
    for name in ("stream", "stream_yaml", "stream_approve", "stream_remove"):
        assert lead.get(reverse(name, args=[foreign.developmental.pk])).status_code == 404


def test_the_pages_cost_the_same_for_few_and_for_many(
    lead, world, django_assert_max_num_queries, written
):
    """The list: 1 + 1 version as 15 streams with 12. A stream: with its mapping, a few more."""
    upload(lead, written().read_bytes())
    swimming = Stream.objects.get(code="swimming")
    counts = []
    for more in (False, True):
        if more:
            for number in range(5):
                upload(lead, written(code=f"other-{number}").read_bytes())
            for version in range(2, 12):
                changed = written(version=f"{version}", replaces={"version": "1.0"})
                upload(lead, changed.read_bytes())
            swimming = Stream.objects.get(code="swimming", version="11")
        for address in (reverse("streams"), reverse("stream", args=[swimming.pk])):
            with django_assert_max_num_queries(25) as made:
                assert lead.get(address).status_code == 200
            counts.append(len(made))
    assert counts[0] == counts[2]
    assert counts[3] - counts[1] <= 5  # how the version goes on
