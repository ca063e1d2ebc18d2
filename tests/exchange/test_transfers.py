"""Common transfer files that go out: what comes of one at the next school, and who may make it."""

import csv
import datetime as dt
from io import StringIO

import pytest
from defusedxml.ElementTree import fromstring
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from exchange.models import Transfer
from exchange.services.files.ctf import read_ctf
from exchange.services.files.ctf_writing import Establishment, Transferred, write_ctf
from exchange.services.imports import send_file
from parrcs.core.access import Role
from parrcs.core.tenancy import in_trust
from pupils.models import Placement, Plan, Pupil
from schools.models import School
from tests.exchange.conftest import Desk, counts, upn
from tests.factories.pupils import PlacementFactory, PlanFactory, PupilFactory
from tests.pupils.conftest import words

TODAY = dt.date(2026, 11, 20)
KEPT = ("upn", "last_name", "first_name", "born_on", "sex", "primary_need", "looked_after")


@pytest.fixture(autouse=True)
def autumn(monkeypatch):
    real = timezone.localdate
    monkeypatch.setattr(timezone, "localdate", lambda *given: real(*given) if given else TODAY)


@pytest.fixture
def numbered(world):
    """Both schools have their numbers in the register, and the class has some odd names in it."""
    School.objects.filter(pk=world.school.pk).update(la_code="801", establishment_number="7001")
    School.objects.filter(pk=world.other_school.pk).update(
        la_code="801", establishment_number="7002"
    )
    odd = ("O'Brien-“Zoë” & <Sons>", "]]>", "=1+1", "李小龙 🦒", "Ümit  Łukasz")
    for number, name in enumerate(odd):
        pupil = PupilFactory(
            upn=upn(number),
            last_name=name,
            first_name=f"<b>{name[:3]}&amp;",
            looked_after=number % 2 == 0,
            primary_need=["ASD", "PMLD", "DS", "SEMH", "OTH"][number],
        )
        PlacementFactory(
            pupil=pupil,
            school=world.school,
            class_group=world.class_group,
            route=world.routes["formal"],
            starts_on=dt.date(2025, 9, 1),
        )
    for number, pupil in enumerate(world.pupils, start=900):
        Pupil.objects.filter(pk=pupil.pk).update(upn=upn(number))
    return world


def ask(client, who, **more):
    asked = {"who": who, "since": "2026-09-01", "to": "", **more}
    return client.post(reverse("transfers"), asked)


def of_class(world):
    return f"class-{world.class_group.pk}"


def facts():
    return {each.upn: tuple(getattr(each, name) for name in KEPT) for each in Pupil.objects.all()}


def test_what_is_sent_arrives_in_another_trust_with_nothing_lost(numbered, foreign, sign_in):
    response = ask(sign_in(Role.HEAD), of_class(numbered), to="919 / 4001")
    assert response["Content-Disposition"] == 'attachment; filename="8017001_CTF_9194001_001.xml"'
    assert response["Cache-Control"] == "no-store, private"
    sent = facts()
    in_class = set(
        Placement.objects.filter(class_group=numbered.class_group).values_list(
            "pupil__upn", flat=True
        )
    )
    there = Desk(foreign)
    with in_trust(foreign.trust.pk):
        run = send_file(
            by=there.by,
            kind="ctf",
            name="in.xml",
            content=response.content,
            school=foreign.school,
            options={
                "school": foreign.school.pk,
                "class_group": foreign.class_group.pk,
                "route": foreign.routes["formal"].pk,
                "starts_on": "2026-11-23",
            },
        )
    run = there.apply(there.go_on(run))
    assert counts(run) == ("applied", len(in_class), 0, 0, 0)
    with in_trust(foreign.trust.pk):
        arrived = facts()
    assert {each: arrived[each] for each in in_class} == {each: sent[each] for each in in_class}


def test_in_the_same_trust_it_changes_nobody_and_moves_nobody(numbered, sign_in):
    content = ask(sign_in(Role.HEAD), of_class(numbered)).content
    lead = Desk(numbered, Role.TRUST_LEAD)
    options = {
        "school": numbered.other_school.pk,
        "class_group": numbered.other_class.pk,
        "route": numbered.routes["formal"].pk,
        "starts_on": "2026-11-23",
    }
    before = list(Placement.objects.order_by("pk").values_list())
    school = None  # the whole trust: the pupils are in the school that sent them
    run = lead.send(content, "ctf", name="in.xml", school=school, options=options)
    assert counts(run) == ("checked", 0, 0, 8, 0)
    assert list(Placement.objects.order_by("pk").values_list()) == before


def test_the_file_says_what_the_grammar_asks_for(numbered, sign_in):
    plan = Plan.objects.filter(pupil__upn=upn(0)).first() or PlanFactory(
        pupil=Pupil.objects.get(upn=upn(0)), starts_on=dt.date(2024, 2, 1)
    )
    file = fromstring(ask(sign_in(Role.HEAD), of_class(numbered), to="8017002").content)
    said = {each: file.findtext(f"Header/{each}") for each in ("DocumentName", "CTFversion")}
    assert said == {"DocumentName": "Common Transfer File", "CTFversion": "25.0"}
    source = [file.findtext(f"Header/SourceSchool/{each}") for each in ("LEA", "Estab")]
    assert source == ["801", "7001"]
    assert file.findtext("Header/SourceSchool/AcademicYear") == "2027"
    assert file.findtext("Header/DestSchool/Estab") == "7002"
    pupils = {each.findtext("UPN"): each for each in file.findall("CTFpupilData/Pupil")}
    one = pupils[upn(0)]
    held = [one.findtext(f"SENhistory/SEN/{each}") for each in ("StartDate", "SENprovision")]
    assert held == [plan.starts_on.isoformat(), "E"]
    assert one.findtext("SENhistory/SENneeds/SENneed/SENtype") == "ASD"
    assert pupils[upn(1)].findtext("SENhistory/SEN/SENprovision") == "N"


def test_leavers_are_those_who_left_the_trust_since_a_day(numbered, sign_in):
    left, long_gone, moved = (Pupil.objects.get(upn=upn(number)) for number in range(3))
    for pupil, day in ((left, "2026-10-23"), (long_gone, "2026-07-20"), (moved, "2026-10-23")):
        Placement.objects.filter(pupil=pupil).update(ends_on=day)
    PlacementFactory(
        pupil=moved,
        school=numbered.other_school,
        class_group=numbered.other_class,
        route=numbered.routes["formal"],
        starts_on=dt.date(2026, 10, 24),
    )
    head = sign_in(Role.HEAD)
    who = f"leavers-{numbered.school.pk}"
    upns = {line.texts[0] for line in read_ctf(ask(head, who).content)[1]}
    assert upns == {left.upn}
    both = read_ctf(ask(head, who, since="2026-07-01").content)[1]
    assert {line.texts[0] for line in both} == {left.upn, long_gone.upn}
    # Of a pupil who moved within the trust the school they are in sends the file.
    assert "Choose one." in words(ask(head, f"pupil-{moved.pk}"))
    assert ask(head, f"pupil-{left.pk}")["Content-Type"] == "application/xml"
    nobody = words(ask(head, who, since="2026-11-01"))
    assert "There is nobody in this group, so there is no file." in nobody


def test_each_file_is_numbered_and_written_down_and_a_refused_one_is_not(numbered, sign_in):
    head = sign_in(Role.HEAD)
    names = [
        ask(head, of_class(numbered), to=to)["Content-Disposition"].partition("=")[2]
        for to in ("8012000", "8012000", "")
    ]
    assert names == [
        '"8017001_CTF_8012000_001.xml"',
        '"8017001_CTF_8012000_002.xml"',
        '"8017001_CTF_XXXXXXX_001.xml"',
    ]
    assert Transfer.objects.count() == 24
    last = Transfer.objects.filter(to="8012000").first()
    assert (last.sent_by, last.number) == (numbered.people[Role.HEAD], 2)
    page = words(head.get(reverse("transfers")))
    assert "8017001_CTF_8012000_002.xml Harbour Beacon School 801/2000" in page
    listed = head.get(reverse("transfers_file", args=["csv"])).content.decode("utf-8-sig")
    assert [row[0] for row in csv.reader(StringIO(listed))][1:] == [
        "8017001_CTF_XXXXXXX_001.xml",
        "8017001_CTF_8012000_002.xml",
        "8017001_CTF_8012000_001.xml",
    ]
    Pupil.objects.filter(upn=upn(1)).update(upn="")
    Pupil.objects.filter(upn=upn(2)).update(protected=True)
    said = words(ask(head, of_class(numbered)))
    assert "no UPN, without which nobody can be transferred" in said
    assert "]]&gt; has no UPN" in said or "]]> has no UPN" in said
    Pupil.objects.filter(upn="").update(upn=upn(1))
    assert "is protected. Tick this if the school" in words(ask(head, of_class(numbered)))
    assert "Write the three digits" in words(ask(head, of_class(numbered), to="80120"))
    School.objects.filter(pk=numbered.school.pk).update(la_code="")
    assert "has no LA and establishment number" in words(
        ask(head, of_class(numbered), protected_too="on")
    )
    assert Transfer.objects.count() == 24


@pytest.mark.parametrize(
    ("role", "opens"),
    [(role, role in (Role.HEAD, Role.INCLUSION_LEAD, Role.ASSESSMENT_LEAD)) for role in Role],
)
def test_who_imports_for_a_school_sends_its_pupils_and_nobody_elses(numbered, sign_in, role, opens):
    client, may = sign_in(role), opens or role is Role.TRUST_LEAD
    assert client.get(reverse("transfers")).status_code == (200 if may else 403)
    mine = ask(client, f"pupil-{numbered.pupils[0].pk}")
    assert mine.status_code == (200 if may else 403)
    if opens:
        for who in (
            f"class-{numbered.other_class.pk}",
            f"leavers-{numbered.other_school.pk}",
            f"pupil-{numbered.other_pupils[0].pk}",
            "pupil-999999999999999999999",
            "pupil-²",
            "arb-leavers-x",
        ):
            assert "Choose one." in words(ask(client, who))
    assert Transfer.objects.exists() == may


def test_a_class_of_thirty_costs_as_many_queries_as_one_of_eight(numbered, sign_in):
    head = sign_in(Role.HEAD)

    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert ask(head, of_class(numbered))["Content-Type"] == "application/xml"
        return len(asked)

    queries()
    few = queries()
    for number in range(22):
        PlacementFactory(
            pupil=PupilFactory(upn=upn(100 + number)),
            school=numbered.school,
            class_group=numbered.class_group,
            route=numbered.routes["formal"],
            starts_on=dt.date(2025, 9, 1),
        )
    assert queries() == few


NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("&<>'\"]"),
    min_size=1,
    max_size=80,
).filter(lambda name: name.strip() and name.isprintable())


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example("]]>", "<!ENTITY x SYSTEM 'file:///etc/passwd'>", True)
@given(NAMES, NAMES, st.booleans())
def test_any_name_comes_back_as_it_was(last_name, first_name, is_cared_for):
    sent = Transferred(
        upn(1), last_name, first_name, dt.date(2015, 2, 3), "F", is_cared_for, "SLCN", "E"
    )
    content = write_ctf(
        [sent],
        source=Establishment("801", "7001", last_name),
        destination=Establishment("XXX", "XXXX"),
        school_year=2027,
        made_at=dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC),
    )
    others, (line,) = read_ctf(content)
    care = "true" if is_cared_for else "false"
    names = [last_name.strip(), first_name.strip()]
    assert line.texts == [upn(1), *names, "2015-02-03", "F", "SLCN", care]
    assert others == []
